import { wrap, type Remote } from 'comlink';

/** A worker that was started, as long as it lives. */
export interface RunningWorker<T> {
  readonly worker: Worker;
  readonly remote: Remote<T>;
  /** Rejects when the worker dies. */
  readonly lost: Promise<never>;
}

/**
 * Takes a worker into service. One that dies, mostly of memory, is ended.
 * @param toError makes what those who wait are told, out of why it died; called once
 */
export function runWorker<T>(
  worker: Worker,
  toError: (why: string, cause: unknown) => Error,
): RunningWorker<T> {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  // Nobody may be waiting when it rejects.
  lost.catch(() => undefined);
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    worker.terminate();
    reject(toError(event.message || 'it could not be loaded', event.error));
  });
  return { worker, remote: wrap<T>(worker), lost };
}
