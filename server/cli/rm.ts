import { stat } from 'node:fs/promises';
import path from 'node:path';
import { jobOptions, type JobOptions } from '#queue/options.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { parseCommand, usage, type Command } from './command.ts';
import { EXIT } from './errors.ts';
import { runBatch } from './rm/batch.ts';
import { doTask, openCut, type Cut } from './rm/cut.ts';
import { findImages } from './rm/find.ts';
import type { Task } from './rm/outcome.ts';
import { runPipe } from './rm/pipe.ts';
import { createPlanner, destinationOf, formatFor, isResult, type Destination } from './rm/plan.ts';
import { Report } from './rm/report.ts';
import { watchFolders } from './rm/watch.ts';
import { onStopSignals } from './signals.ts';

const help = `Usage: offcut rm <file, folder or pattern> [...] [options]

Removes the background of images on this machine, without a server. Results go beside the images as NAME-cutout.png,
or where -o says. A result that is there already and newer than its image is skipped, so that the same command goes
on after an interruption; no file is replaced without --force.
With - the image comes from standard input; without -o it then goes to standard output.

  -o, --out PATH          a folder, or for one image a file (.png, .webp, .jpg); - is standard output
  --model NAME            the model (default: ${DEFAULT_MODEL.id})
  --format F              png (default), webp or jpeg
  --background B          transparent (default), blur, or a colour such as #ffffff
  --output O              cutout (default) or mask
  --crop                  cut down to the subject
  --refine R              none (default), fast (edges by the colours around them) or closed-form (slow)
  -r, --recursive         folders with all that is below them
  --watch                 go on with the images that come into the folders, until Ctrl-C
  --force                 replace results that are there already
  --jobs N                images in hand at a time (default 3)
  --json                  a line of JSON for each image
  -h, --help              this text

Ends with 0 when all are done, 1 when some failed (each with a line that says why), 2 for a mistake in the call, 130
after Ctrl-C.

Examples:
  offcut rm photo.jpg -o cutout.png
  offcut rm holiday/ -o cutouts --format webp
  offcut rm 'shop/**/*.jpg' -o shop-white --background '#ffffff' --crop
  offcut rm inbox/ -o outbox --watch
  offcut rm - < photo.jpg > cutout.png
  offcut rm holiday/ -o cutouts --json | jq 'select(.status == "failed")'
`;

const OPTIONS = {
  out: { type: 'string', short: 'o' },
  model: { type: 'string' },
  format: { type: 'string' },
  background: { type: 'string' },
  output: { type: 'string' },
  crop: { type: 'boolean' },
  refine: { type: 'string' },
  recursive: { type: 'boolean', short: 'r' },
  watch: { type: 'boolean' },
  force: { type: 'boolean' },
  jobs: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Options that are those of a submission, under the same names. */
const FIELDS = ['background', 'output', 'crop', 'refine'] as const;

interface Wishes {
  readonly force: boolean;
  readonly json: boolean;
  readonly recursive: boolean;
  readonly jobs: number;
}

export const rm: Command = {
  summary: 'remove the background of images on this machine, without a server',
  help,
  async run(args) {
    const { values, positionals: inputs } = parseCommand(args, OPTIONS, help);
    if (inputs.length === 0) throw usage('Name at least one image or folder.', help);
    const destination = await destinationOf(values.out, inputs);
    const options = readOptions({
      ...Object.fromEntries(FIELDS.map((name) => [name, values[name]])),
      format: formatFor(destination, values.format, help),
    });
    const { force = false, json = false, recursive = false } = values;
    const wishes: Wishes = { force, json, recursive, jobs: readJobs(values.jobs) };
    const open = () => openCut(values.model ?? DEFAULT_MODEL.id, options);
    const signal = untilStopped();
    if (inputs.includes('-') || destination.kind === 'stdout') {
      if (inputs.length > 1 || json || values.watch)
        throw usage('A pipe takes one image, and no --json or --watch.', help);
      const to = destination.kind === 'file' ? destination.path : undefined;
      if (destination.kind === 'folder')
        throw usage('The image from a pipe has no name: let -o be a file.', help);
      return runPipe(inputs[0] ?? '-', to, open, { force, signal });
    }
    const batch: Batch = { inputs, destination, options, wishes, open, signal };
    return values.watch ? runWatch(batch) : runOnce(batch);
  },
};

interface Batch {
  readonly inputs: readonly string[];
  readonly destination: Destination;
  readonly options: JobOptions;
  readonly wishes: Wishes;
  readonly open: () => Promise<Cut>;
  readonly signal: AbortSignal;
}

/** @throws CliError that names the option */
function readOptions(given: Record<string, unknown>): JobOptions {
  const parsed = jobOptions.safeParse(given);
  if (parsed.data?.background === ('image' as string)) {
    throw usage('--background image needs an image, which only a server can be given.', help);
  }
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? 'option');
  throw usage(`--${name} ${String(given[name])} is none that there is.`, help);
}

function readJobs(text = '3'): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw usage(`--jobs ${text} is no number from 1 to 99.`, help);
}

/** Fires at the first Ctrl-C, or when nobody reads the results any more; a second Ctrl-C ends the process at once. */
function untilStopped(): AbortSignal {
  const stopping = new AbortController();
  onStopSignals(
    () => stopping.abort(),
    () => process.exit(EXIT.interrupted),
  );
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stopping.abort();
  });
  return stopping.signal;
}

async function runOnce(batch: Batch): Promise<number> {
  const { inputs, destination, options, wishes } = batch;
  const found = await findImages(inputs, wishes.recursive);
  // Named alone, an image is meant, whatever it is called.
  const wanted = found.length === 1 ? found : found.filter((image) => !isResult(image, destination, options));
  const tasks = wanted.map(createPlanner(destination, options));
  const images = new Set(wanted.map((image) => path.resolve(image.path)));
  return run(tasks, tasks.length, images, batch);
}

async function runWatch(batch: Batch): Promise<number> {
  const { inputs, destination, options, wishes, signal } = batch;
  for (const input of inputs) {
    if (!(await stat(input).catch(() => undefined))?.isDirectory()) {
      throw usage(`${input} is no folder, and only folders can be watched.`, help);
    }
  }
  const planner = createPlanner(destination, options);
  const tasks = async function* (): AsyncGenerator<Task> {
    for await (const image of watchFolders(inputs, wishes.recursive, signal)) {
      if (!isResult(image, destination, options)) yield planner(image);
    }
  };
  return run(tasks(), undefined, new Set(), batch);
}

async function run(
  tasks: AsyncIterable<Task> | Iterable<Task>,
  total: number | undefined,
  images: ReadonlySet<string>,
  { destination, wishes: { jobs, force, json }, open, signal }: Batch,
): Promise<number> {
  let cut: Promise<Cut> | undefined;
  const once = () => (cut ??= open());
  const report = new Report({
    stdout: process.stdout,
    stderr: process.stderr,
    json,
    total,
    now: () => performance.now(),
  });
  const settings = { images, force, resume: destination.kind !== 'file', signal };
  const work = (task: Task) => doTask(task, once, settings);
  await runBatch(tasks, jobs, work, (outcome) => report.add(outcome), signal);
  report.end(signal.aborted);
  if (signal.aborted) return EXIT.interrupted;
  return report.counts.failed > 0 ? EXIT.failed : EXIT.done;
}
