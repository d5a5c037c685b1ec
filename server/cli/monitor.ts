import { setTimeout as sleep } from 'node:timers/promises';
import type { JobWire, StatsWire } from '#queue/wire.ts';
import type { OffcutClient } from '#client/index.ts';
import { openClient } from './client.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, onlyJobId, parseCommand, printJson, type Command } from './command.ts';
import { EXIT } from './errors.ts';
import { followJob, untilInterrupted } from './follow.ts';
import { bar, createProgress, SILENT } from './progress.ts';

const help = `Usage: offcut monitor [<job id>] [options]

Shows the progress of a job until it is over, or without an id that of all jobs until the queue is empty. Ctrl-C
leaves; the jobs go on. Where the output is no terminal, each change is a line of its own.
Ends with 0 when the job is completed, 1 when it failed or was cancelled, 130 after Ctrl-C.

  --forever      without an id: go on when the queue is empty
${CLIENT_HELP}

Examples:
  offcut monitor 01a20f53-c746-7199-a18b-66cc3c196071
  offcut monitor --forever
`;

const OPTIONS = { ...CLIENT_OPTIONS, forever: { type: 'boolean' } } as const;
const EVERY_SECOND = 1000;

export const monitor: Command = {
  summary: 'watch the progress of a job, or of all of them',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    const client = openClient(values);
    if (positionals.length === 0) return monitorQueue(client, values.forever ?? false);
    const job = await followJob(client, onlyJobId(positionals, help), values.json ? SILENT : undefined);
    if (job === undefined) return EXIT.interrupted;
    if (values.json) printJson(job);
    else reportFailures(job);
    return job.status === 'completed' ? EXIT.done : EXIT.failed;
  },
};

/** The sentences of what failed, on standard error. */
export function reportFailures({ results }: JobWire): void {
  for (const { filename, error } of results) {
    if (error !== null) console.error(`${filename}: ${error.message}`);
  }
}

async function monitorQueue(client: OffcutClient, forever: boolean): Promise<number> {
  const progress = createProgress();
  const interrupted = untilInterrupted();
  try {
    for (;;) {
      const { stats } = await client.stats();
      progress.show(queueLine(stats));
      if (!forever && stats.pending + stats.processing === 0) return EXIT.done;
      await sleep(EVERY_SECOND, undefined, { signal: interrupted.signal });
    }
  } catch (error) {
    if (interrupted.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    progress.end();
    interrupted.done();
  }
}

function queueLine({ pending, processing, completed, failed, cancelled, total }: StatsWire['stats']): string {
  const over = completed + failed + cancelled;
  const share = total === 0 ? 1 : over / total;
  return `${bar(share)} ${String(over)}/${String(total)} jobs, ${String(processing)} processing, ${String(pending)} pending, ${String(failed)} failed`;
}
