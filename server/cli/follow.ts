import type { JobWire } from '#queue/wire.ts';
import type { OffcutClient } from '#client/index.ts';
import { createProgress, jobLine, type Progress } from './progress.ts';

/** Aborts at Ctrl-C; a second one ends the command at once. */
export function untilInterrupted(): { readonly signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const onInterrupt = () => controller.abort();
  process.once('SIGINT', onInterrupt);
  return { signal: controller.signal, done: () => process.off('SIGINT', onInterrupt) };
}

/**
 * Shows a job's progress until it is over. `undefined` when the user left before that.
 * @throws CliError
 */
export async function followJob(
  client: OffcutClient,
  id: string,
  progress: Progress = createProgress(),
): Promise<JobWire | undefined> {
  const interrupted = untilInterrupted();
  let last: JobWire | undefined;
  try {
    for await (const job of client.watch(id, { signal: interrupted.signal })) {
      last = job;
      progress.show(jobLine(job));
    }
    return last;
  } catch (error) {
    if (interrupted.signal.aborted) return undefined;
    throw error;
  } finally {
    progress.end();
    interrupted.done();
  }
}
