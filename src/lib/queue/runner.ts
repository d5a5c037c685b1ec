import { backgroundKey, inputKey } from './blob-keys.ts';
import { QueueError } from './errors.ts';
import type { Queue } from './queue.ts';
import type { Failure, Job, ProcessingItem, SubjectBox, Warning } from './job.ts';

/** What a processor makes of an image. Sizes in pixels. */
export interface Processed {
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
  readonly subject?: SubjectBox | undefined;
  readonly warnings: readonly Warning[];
}

/**
 * Turns an image into its cutout. Rejects with the cause; an error with `retryable: false` fails the item at once,
 * any other lets it try again. `code` and `message` of the error are shown to the user.
 */
export type Processor = (input: Blob, job: Job, context: ProcessorContext) => Promise<Processed>;

export interface ProcessorContext {
  readonly signal: AbortSignal;
  readonly onStage: (stage: string) => void;
  /** What lies behind the subject, when the job's background is `image`. */
  readonly backgroundImage?: Blob | undefined;
}

export interface RunnerEvents {
  leased?(item: ProcessingItem, job: Job): void;
  stage?(item: ProcessingItem, stage: string): void;
  /** `bytes`: of the result. */
  completed?(item: ProcessingItem, took: { milliseconds: number; bytes: number }): void;
  failed?(item: ProcessingItem, failure: Failure, retryable: boolean, cause: unknown): void;
  /** Cancelled, deleted or leased by another meanwhile: what was made of it was dropped. */
  lost?(item: ProcessingItem): void;
  /** The store could not be used; the runner tries again after a pause. */
  broken?(cause: unknown): void;
}

export interface RunnerSettings {
  readonly queue: Queue;
  readonly owner: string;
  readonly process: Processor;
  /** Items worked on at the same time: more than one overlaps decoding, inference and encoding. */
  readonly concurrency: number;
  readonly events?: RunnerEvents;
  /** Longest wait before it looks for work unasked, in case a change went unheard. */
  readonly pollSeconds?: number;
  /** Pause after the store failed. */
  readonly retryStoreSeconds?: number;
  /**
   * When there is no room for a result: without this the attempt has failed, as any other. With it the image goes back
   * untried, since it is not to blame, and nothing is leased for so long.
   */
  readonly waitForRoomSeconds?: number;
}

/** One attempt under way. An item may be in two at once: one that was cancelled but goes on, and its retry. */
interface Work {
  readonly item: ProcessingItem;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Leases items and has them processed, until stopped. One loop for both hosts. It holds leases by heartbeats, drops
 * work whose lease is lost, and writes outcomes only through the queue's compare-and-set, so it may be killed at any
 * moment.
 */
export class Runner {
  readonly #settings: RunnerSettings;
  readonly #active = new Set<Work>();
  readonly #stopping = new AbortController();
  #wake: () => void = () => undefined;
  #loop: Promise<void> | null = null;
  /** By `performance.now()`. */
  #noRoomUntil = 0;

  constructor(settings: RunnerSettings) {
    this.#settings = settings;
  }

  get active(): number {
    return this.#active.size;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /**
   * Takes no more items. `finish` lets the running ones end; `return` aborts them and gives their leases back, so
   * that another runner can take them at once. Resolves when all is written.
   */
  async stop(how: 'finish' | 'return'): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    const running = [...this.#active];
    if (how === 'return') {
      await Promise.all(running.map(({ item }) => this.#settings.queue.release(item)));
      for (const { abort } of running) abort.abort();
    }
    await Promise.all(running.map(({ done }) => done));
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { queue } = this.#settings;
    const unwatch = queue.store.watch(() => {
      this.#wake();
      void this.#dropLost();
    });
    const heart = setInterval(() => void this.#beat(), (queue.policy.leaseSeconds * 1000) / 3);
    try {
      while (!this.#stopping.signal.aborted) {
        const woken = this.#sleep();
        await woken.until(await this.#fill());
      }
      await Promise.all([...this.#active].map(({ done }) => done));
    } finally {
      clearInterval(heart);
      unwatch();
    }
  }

  /** Leases until it is full or nothing is left. Answers how long to wait then, in milliseconds, unless woken. */
  async #fill(): Promise<number> {
    const { queue, owner, concurrency, events, retryStoreSeconds = 1 } = this.#settings;
    const noRoomFor = this.#noRoomUntil - performance.now();
    if (noRoomFor > 0) return noRoomFor;
    try {
      while (this.#active.size < concurrency && !this.#stopping.signal.aborted) {
        const taken = await queue.lease(owner);
        if (taken === undefined) break;
        // Told to stop while the lease was on its way: nobody would wait for this one.
        if (this.#stopping.signal.aborted) await queue.release(taken.item);
        else this.#begin(taken.item, taken.job);
      }
      return await this.#pauseMillis();
    } catch (cause) {
      events?.broken?.(cause);
      return retryStoreSeconds * 1000;
    }
  }

  #begin(item: ProcessingItem, job: Job): void {
    const abort = new AbortController();
    const done = this.#work(item, job, abort.signal)
      .catch((cause: unknown) => this.#settings.events?.broken?.(cause))
      .finally(() => {
        this.#active.delete(work);
        this.#wake();
      });
    const work: Work = { item, abort, done };
    this.#active.add(work);
    this.#settings.events?.leased?.(item, job);
  }

  async #work(item: ProcessingItem, job: Job, signal: AbortSignal): Promise<void> {
    const { queue, events, process, waitForRoomSeconds } = this.#settings;
    const began = queue.now();
    try {
      const input = await queue.blobs.get(inputKey(item));
      if (input === undefined) throw new InputLost(item);
      const onStage = (stage: string) => events?.stage?.(item, stage);
      const backgroundImage = await this.#backgroundImage(item, job);
      const { blob, ...about } = await process(input, job, { signal, onStage, backgroundImage });
      const { width, height, subject, warnings } = about;
      events?.stage?.(item, 'store');
      const kept = await queue.complete(item, blob, {
        mediaType: blob.type,
        width,
        height,
        subject,
        warnings,
      });
      if (kept) events?.completed?.(item, { milliseconds: queue.now() - began, bytes: blob.size });
      else events?.lost?.(item);
    } catch (cause) {
      if (waitForRoomSeconds !== undefined && isNoRoom(cause)) await this.#waitForRoom(item, cause);
      else await this.#fail(item, cause, signal);
    }
  }

  async #waitForRoom(item: ProcessingItem, cause: unknown): Promise<void> {
    const { events, waitForRoomSeconds = 0 } = this.#settings;
    this.#noRoomUntil = performance.now() + waitForRoomSeconds * 1000;
    events?.broken?.(cause);
    await this.#giveBack(item);
    events?.lost?.(item);
  }

  /** The store may be on the same full disk: then the lease goes back as soon as that can be written. */
  async #giveBack(item: ProcessingItem): Promise<void> {
    const { queue, events, retryStoreSeconds = 1 } = this.#settings;
    for (;;) {
      try {
        await queue.release(item);
        return;
      } catch (cause) {
        events?.broken?.(cause);
        if (this.#stopping.signal.aborted) return;
      }
      await new Promise((resolve) => setTimeout(resolve, retryStoreSeconds * 1000));
    }
  }

  async #backgroundImage(item: ProcessingItem, job: Job): Promise<Blob | undefined> {
    if (job.options.background !== 'image') return undefined;
    const blob = await this.#settings.queue.blobs.get(backgroundKey(job.id));
    if (blob === undefined) throw new InputLost(item);
    return blob;
  }

  async #fail(item: ProcessingItem, cause: unknown, signal: AbortSignal): Promise<void> {
    const { queue, events } = this.#settings;
    const { failure, retryable } = describeFailure(cause);
    if (!signal.aborted && (await queue.fail(item, failure, retryable))) {
      events?.failed?.(item, failure, retryable, cause);
    } else {
      events?.lost?.(item);
    }
  }

  /** Prolongs every lease; work whose lease is lost stops. */
  async #beat(): Promise<void> {
    const beats = [...this.#active].map(async ({ item, abort }) => {
      if (!(await this.#settings.queue.heartbeat(item))) abort.abort();
    });
    for (const beat of await Promise.allSettled(beats)) {
      if (beat.status === 'rejected') this.#settings.events?.broken?.(beat.reason);
    }
  }

  /**
   * After any change of the store: work that was cancelled or deleted stops now, not at the next heartbeat. It only
   * reads, for a write would be a change that wakes the other runners, and theirs this one.
   */
  async #dropLost(): Promise<void> {
    const working = [...this.#active];
    if (working.length === 0) return;
    try {
      const held = await this.#settings.queue.stillHeld(working.map(({ item }) => item));
      for (const { item, abort } of working) if (!held.has(item.id)) abort.abort();
    } catch (cause) {
      this.#settings.events?.broken?.(cause);
    }
  }

  async #pauseMillis(): Promise<number> {
    const { queue, pollSeconds = 5, concurrency } = this.#settings;
    const longest = pollSeconds * 1000;
    if (this.#active.size >= concurrency) return longest;
    const due = await queue.store.nextDueAt();
    return due === undefined ? longest : Math.min(longest, Math.max(5, due - queue.now()));
  }

  /** Armed before looking for work, so that a change in between is not missed. */
  #sleep(): { until: (milliseconds: number) => Promise<void> } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return {
      until: async (milliseconds) => {
        const timer = setTimeout(resolve, milliseconds);
        await promise;
        clearTimeout(timer);
      },
    };
  }
}

class InputLost extends Error {
  readonly code = 'input_lost';
  readonly retryable = false;
  constructor(item: ProcessingItem) {
    super(
      `The bytes of "${item.filename}" are gone from storage, so it cannot be processed. Submit it again.`,
    );
  }
}

function isNoRoom(cause: unknown): boolean {
  return cause instanceof QueueError && cause.code === 'storage_full';
}

function describeFailure(cause: unknown): { failure: Failure; retryable: boolean } {
  const message =
    cause instanceof Error && cause.message !== '' ? cause.message : 'The image could not be processed.';
  const shape: object = typeof cause === 'object' && cause !== null ? cause : {};
  const code = 'code' in shape && typeof shape.code === 'string' ? shape.code : 'processing_failed';
  const retryable = !('retryable' in shape && shape.retryable === false);
  return { failure: { code, message }, retryable };
}
