import { statfs } from 'node:fs/promises';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Queue } from '#queue/queue.ts';
import type { Logger } from '../log.ts';
import { VERSION } from '../version.ts';
import { HttpMetrics } from './http-metrics.ts';
import { QueueMetrics } from './queue-metrics.ts';
import { RunnerMetrics } from './runner-metrics.ts';

/** All metrics of one process, in a registry of their own. docs/operations.md explains them. */
export class Metrics {
  readonly http: HttpMetrics;
  readonly runners: RunnerMetrics;
  readonly #queue: QueueMetrics;
  readonly #registry = new Registry();

  /** @param dataFolder whose disk is watched */
  constructor(queue: Queue, log: Logger, dataFolder: string) {
    this.http = new HttpMetrics(this.#registry);
    this.runners = new RunnerMetrics(this.#registry);
    this.#queue = new QueueMetrics(this.#registry, queue, log);
    new Gauge({
      name: 'offcut_disk_free_bytes',
      help: 'Free space on the disk of the data folder.',
      registers: [this.#registry],
      async collect() {
        const { bavail, bsize } = await statfs(dataFolder).catch(() => ({ bavail: NaN, bsize: 1 }));
        this.set(bavail * bsize);
      },
    });
    const labels = { version: VERSION, node: process.version };
    new Gauge({
      name: 'offcut_build_info',
      help: 'Always 1; its labels say what runs here.',
      labelNames: Object.keys(labels),
      registers: [this.#registry],
    }).set(labels, 1);
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format 0.0.4. */
  async read(): Promise<string> {
    await this.#queue.refresh();
    return this.#registry.metrics();
  }
}
