import type { Remote } from 'comlink';
import { WorkerLost } from '../matting-worker/client.ts';
import { carryErrorsWhole } from '../matting-worker/transfer.ts';
import { untilLost } from '../until-lost.ts';
import { runWorker, type RunningWorker } from '../worker-lifecycle.ts';
import type { EditsWorker } from './interface.ts';

/**
 * The page's side of the worker for edits: started when it is needed first. One that died (of memory, mostly) is
 * replaced by the next call. It is not the matting worker, which only the leading tab has, and which computes for a
 * second without listening.
 */
export class EditsClient {
  readonly #start: () => Worker;
  #running: RunningWorker<EditsWorker> | undefined;

  constructor(startWorker: () => Worker) {
    carryErrorsWhole();
    this.#start = startWorker;
  }

  /** @throws MattingError, or `WorkerLost` when the worker died */
  async call<T>(work: (worker: Remote<EditsWorker>) => Promise<T>): Promise<T> {
    const { remote, lost } = (this.#running ??= this.#open());
    return untilLost(work(remote), lost);
  }

  close(): void {
    this.#running?.worker.terminate();
    this.#running = undefined;
  }

  #open(): RunningWorker<EditsWorker> {
    return runWorker(this.#start(), (why, cause) => {
      this.#running = undefined;
      return new WorkerLost(`The editor's worker stopped (${why}). Try again.`, cause);
    });
  }
}

export function startEditsWorker(): Worker {
  return new Worker(new URL('./edits.worker.ts', import.meta.url), { type: 'module', name: 'offcut-edits' });
}
