import type { Remote } from 'comlink';
import { carryErrorsWhole } from '../matting-worker/transfer.ts';
import { untilLost } from '../until-lost.ts';
import { runWorker, type RunningWorker } from '../worker-lifecycle.ts';
import type { ThumbnailWorker } from './interface.ts';

/** Milliseconds without work after which the worker goes, and the memory of what it decoded with it. */
const IDLE = 20_000;

/** Milliseconds within which cards come into view together. */
const ONE_GO = 100;

/**
 * One worker for what the page wants rendered, an image at a time: decoded photos are large. Whoever asked last is
 * served first, for that is what has just come into view; those that asked in one go, in their order. What has left the
 * view again is not made.
 */
export class RenderingClient {
  readonly #start: () => Worker;
  /** Those that asked in one go are together, the newest last. */
  #waiting: (() => Promise<void>)[][] = [];
  #open = false;
  #busy = false;
  #running: RunningWorker<ThumbnailWorker> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(start: () => Worker) {
    carryErrorsWhole();
    this.#start = start;
  }

  /** Rejects with the signal's reason when it aborts before the work has begun. */
  do<T>(signal: AbortSignal, work: (remote: Remote<ThumbnailWorker>) => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#batch().push(async () => {
      try {
        signal.throwIfAborted();
        const { remote, lost } = (this.#running ??= this.#startWorker());
        resolve(await untilLost(work(remote), lost));
      } catch (cause) {
        reject(cause);
      }
    });
    void this.#work();
    return promise;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#running?.worker.terminate();
    this.#running = undefined;
  }

  /** Of those that ask now. */
  #batch(): (() => Promise<void>)[] {
    const last = this.#waiting.at(-1);
    if (this.#open && last) return last;
    this.#open = true;
    setTimeout(() => {
      this.#open = false;
    }, ONE_GO);
    const batch: (() => Promise<void>)[] = [];
    this.#waiting.push(batch);
    return batch;
  }

  #next(): (() => Promise<void>) | undefined {
    while (this.#waiting.at(-1)?.length === 0) this.#waiting.pop();
    return this.#waiting.at(-1)?.shift();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    for (let next = this.#next(); next; next = this.#next()) await next();
    this.#busy = false;
    this.#timer = setTimeout(() => {
      this.close();
    }, IDLE);
  }

  #startWorker(): RunningWorker<ThumbnailWorker> {
    return runWorker(this.#start(), (why) => {
      this.#running = undefined;
      return new Error(`The worker for previews stopped (${why}).`);
    });
  }
}
