import { Gauge, type Registry } from 'prom-client';
import type { Queue } from '#queue/queue.ts';
import { STATES } from '#queue/states.ts';
import type { Logger } from '../log.ts';

/** What the store knows, read anew for every reading: right after a restart, and with any number of processes. */
export class QueueMetrics {
  readonly #queue: Queue;
  readonly #log: Logger;
  readonly #jobs: Gauge<'state'>;
  readonly #waiting: Gauge;
  readonly #oldest: Gauge;
  readonly #kept: Gauge;
  readonly #up: Gauge;

  constructor(registry: Registry, queue: Queue, log: Logger) {
    this.#queue = queue;
    this.#log = log;
    const registers = [registry];
    this.#jobs = new Gauge({
      name: 'offcut_jobs',
      help: 'Jobs by state.',
      labelNames: ['state'],
      registers,
    });
    this.#waiting = new Gauge({
      name: 'offcut_images_waiting',
      help: 'Images that wait or are worked on.',
      registers,
    });
    this.#oldest = new Gauge({
      name: 'offcut_oldest_waiting_seconds',
      help: 'For how long the image that has waited longest could have been taken by a runner; 0 when none waits.',
      registers,
    });
    this.#kept = new Gauge({
      name: 'offcut_kept_bytes',
      help: 'Bytes of images and results that are kept.',
      registers,
    });
    this.#up = new Gauge({ name: 'offcut_store_up', help: '1 while the store answers, else 0.', registers });
  }

  /** To be awaited before a reading. A store that is gone is itself a reading. */
  async refresh(): Promise<void> {
    try {
      const [counts, usage, due] = await Promise.all([
        this.#queue.store.counts(),
        this.#queue.store.usage(),
        this.#queue.store.nextDueAt(),
      ]);
      for (const state of STATES) this.#jobs.set({ state }, counts[state]);
      this.#waiting.set(usage.waiting);
      this.#kept.set(usage.bytes);
      // A lease that holds is due in the future, so what was due in the past is an image that nobody has.
      this.#oldest.set(due === undefined ? 0 : Math.max(0, this.#queue.now() - due) / 1000);
      this.#up.set(1);
    } catch (error) {
      this.#log.error({ event: 'storage_failed', err: error });
      // No reading at all: the last one, or 0, would be a lie.
      for (const gauge of [this.#waiting, this.#oldest, this.#kept]) gauge.remove();
      this.#jobs.reset();
      this.#up.set(0);
    }
  }
}
