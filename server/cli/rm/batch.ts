import type { Outcome, Task } from './outcome.ts';

/**
 * Works on `jobs` tasks at a time, which overlaps reading and writing some with the inference of another. Memory does
 * not grow with their number: a task is asked for when a place is free.
 *
 * @param work `undefined` says that it was interrupted
 */
export async function runBatch(
  tasks: AsyncIterable<Task> | Iterable<Task>,
  jobs: number,
  work: (task: Task) => Promise<Outcome | undefined>,
  onOutcome: (outcome: Outcome) => void,
  signal: AbortSignal,
): Promise<void> {
  const shared = (async function* () {
    yield* tasks;
  })();
  const place = async () => {
    while (!signal.aborted) {
      const { done, value } = await shared.next();
      if (done || signal.aborted) return;
      const outcome = await work(value);
      if (outcome !== undefined) onOutcome(outcome);
    }
  };
  await Promise.all(Array.from({ length: jobs }, place));
}
