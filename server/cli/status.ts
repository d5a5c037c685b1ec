import type { JobWire, ResultWire } from '#queue/wire.ts';
import { openClient } from './client.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, onlyJobId, parseCommand, printJson, type Command } from './command.ts';
import { EXIT } from './errors.ts';
import { jobLine } from './progress.ts';

const help = `Usage: offcut status <job id> [options]

Shows a job: its progress, and what became of each image. Ends with 1 when the job has failed.

${CLIENT_HELP}

Examples:
  offcut status 01a20f53-c746-7199-a18b-66cc3c196071
  offcut status 01a20f53-c746-7199-a18b-66cc3c196071 --json | jq .results
`;

export const status: Command = {
  summary: 'show a job and what became of its images',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, CLIENT_OPTIONS, help);
    const job = await openClient(values).job(onlyJobId(positionals, help));
    if (values.json) printJson(job);
    else console.log(describe(job));
    return job.status === 'failed' ? EXIT.failed : EXIT.done;
  },
};

function describe(job: JobWire): string {
  const times = [
    `created ${job.created_at}`,
    ...(job.started_at === null ? [] : [`started ${job.started_at}`]),
    ...(job.completed_at === null ? [] : [`over ${job.completed_at}`]),
  ];
  return [
    `job     ${job.id}`,
    `        ${jobLine(job)}`,
    `model   ${job.model}`,
    `times   ${times.join(', ')}`,
    ...job.results.map((result) => `  ${String(result.index).padStart(4)}  ${describeResult(result)}`),
  ].join('\n');
}

function describeResult({ filename, status, width, height, error, warnings }: ResultWire): string {
  const size = width === null || height === null ? '' : `  ${String(width)}×${String(height)}`;
  const notes = [...(error === null ? [] : [error]), ...warnings].map(
    ({ message }) => `\n          ${message}`,
  );
  return `${status.padEnd(10)}  ${filename}${size}${notes.join('')}`;
}
