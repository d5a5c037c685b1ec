import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Runs every task in one of a few worker threads; results come in the tasks' order, `onDone` as they are ready. */
export async function runAll<Task, Result>(
  script: URL,
  tasks: readonly Task[],
  onDone: (result: Result) => void,
  workerData: unknown,
  threads = Math.min(availableParallelism(), 4),
): Promise<Result[]> {
  const results: Result[] = new Array<Result>(tasks.length);
  let next = 0;
  const drain = async (worker: Worker) => {
    while (next < tasks.length) {
      const index = next++;
      results[index] = await ask<Task, Result>(worker, tasks[index]);
      onDone(results[index]);
    }
  };
  const workers = Array.from(
    { length: Math.min(threads, tasks.length) },
    () => new Worker(script, { workerData }),
  );
  try {
    await Promise.all(workers.map(drain));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}

function ask<Task, Result>(worker: Worker, task: Task): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      worker.off('message', answered);
      worker.off('error', failed);
    };
    const answered = (result: Result) => {
      stop();
      resolve(result);
    };
    const failed = (cause: unknown) => {
      stop();
      reject(cause instanceof Error ? cause : new Error(String(cause)));
    };
    worker.once('message', answered);
    worker.once('error', failed);
    worker.postMessage(task);
  });
}
