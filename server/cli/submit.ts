import { randomUUID } from 'node:crypto';
import type { JobWire, SubmitWire } from '#queue/wire.ts';
import type { OffcutClient } from '#client/index.ts';
import { openClient } from './client.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, parseCommand, printJson, usage, type Command } from './command.ts';
import { downloadResults } from './download.ts';
import { EXIT } from './errors.ts';
import { followJob } from './follow.ts';
import { reportFailures } from './monitor.ts';
import { SILENT } from './progress.ts';
import { batches, findFiles, toImages, type LocalFile } from './upload.ts';

const help = `Usage: offcut submit <file or folder> [...] [options]

Sends images to the server, and prints the id of each job that it made of them. With --wait it shows the progress
and ends when all are done; with -o it also saves the results.
Ends with 1 when an image failed, 130 after Ctrl-C (the jobs go on).

  -o, --output-dir FOLDER   wait, and save the results there; nothing there is replaced
  --wait                    wait until the jobs are over
  --model NAME              the model (default: the server's)
  --format F                png (default), webp or jpeg
  --background B            transparent (default), blur, or a colour such as #ffffff
  --output O                cutout (default) or mask
  --crop                    cut down to the subject
  --refine R                none (default), fast (edges by the colours around them) or closed-form (slow)
  --priority N              0 to 9; higher goes first (default 5)
  --batch N                 images in one job (default 50)
${CLIENT_HELP}

Examples:
  offcut submit photo.jpg
  offcut submit holiday/ -o cutouts
  offcut submit *.jpg --format webp --background '#ffffff' --wait
`;

const OPTIONS = {
  ...CLIENT_OPTIONS,
  'output-dir': { type: 'string', short: 'o' },
  wait: { type: 'boolean' },
  model: { type: 'string' },
  format: { type: 'string' },
  background: { type: 'string' },
  output: { type: 'string' },
  crop: { type: 'boolean' },
  refine: { type: 'string' },
  priority: { type: 'string' },
  batch: { type: 'string' },
} as const;

/** Passed on as they are: the server says what is wrong with them. */
const FIELDS = ['model', 'format', 'background', 'output', 'refine', 'priority'] as const;

interface Wishes {
  readonly wait: boolean;
  readonly json: boolean;
  readonly folder: string | undefined;
}

export const submit: Command = {
  summary: 'send images, wait for them, save the results',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    if (positionals.length === 0) throw usage('Name at least one image or folder.', help);
    const most = Number(values.batch ?? 50);
    if (!Number.isInteger(most) || most < 1)
      throw usage(`--batch ${values.batch ?? ''} is no number above 0.`, help);
    const fields: Record<string, string> = values.crop ? { crop: 'true' } : {};
    for (const name of FIELDS) if (values[name] !== undefined) fields[name] = values[name];
    const client = openClient(values);
    const folder = values['output-dir'];
    const wishes = { wait: values.wait === true || folder !== undefined, json: values.json ?? false, folder };
    const accepted = await submitAll(client, batches(await findFiles(positionals), most), fields, wishes);
    return wishes.wait ? finishAll(client, accepted, wishes) : EXIT.done;
  },
};

/** @returns what the server accepted. In JSON each answer is printed at once, unless its job is waited for. */
async function submitAll(
  client: OffcutClient,
  groups: readonly LocalFile[][],
  fields: Record<string, string>,
  { wait, json }: Wishes,
): Promise<SubmitWire[]> {
  const accepted: SubmitWire[] = [];
  for (const group of groups) {
    const answer = await client.submit(await toImages(group), { ...fields, idempotencyKey: randomUUID() });
    accepted.push(answer);
    if (!json) console.log(`${answer.job_id}  ${answer.message}, model ${answer.model}`);
    else if (!wait) printJson(answer);
  }
  return accepted;
}

async function finishAll(
  client: OffcutClient,
  accepted: readonly SubmitWire[],
  wishes: Wishes,
): Promise<number> {
  let exitCode: number = EXIT.done;
  for (const { job_id: id } of accepted) {
    const job = await followJob(client, id, wishes.json ? SILENT : undefined);
    if (job === undefined) return EXIT.interrupted;
    await report(client, job, wishes);
    if (job.status !== 'completed' || job.progress.failed > 0) exitCode = EXIT.failed;
  }
  return exitCode;
}

async function report(client: OffcutClient, job: JobWire, { json, folder }: Wishes): Promise<void> {
  const saved = folder === undefined ? [] : await downloadResults(client, job, folder);
  if (json) {
    printJson(folder === undefined ? job : { ...job, saved });
    return;
  }
  for (const file of saved) console.log(file);
  reportFailures(job);
}
