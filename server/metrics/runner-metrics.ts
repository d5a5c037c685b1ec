import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RunnerReport } from '../runner/messages.ts';

/** Seconds, from one that was free at once to one at the end of a long batch. */
const WAIT_BUCKETS = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 14_400];
const RUN_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 300];
const LOAD_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];

/** A runner process as its supervisor sees it. */
export interface RunnerStatus {
  readonly runner: number;
  readonly ready: boolean;
  /** Resident; undefined until it said so. */
  readonly memoryBytes: number | undefined;
}

/**
 * What all runner processes of this supervisor did, added up here, so that a runner that dies takes no count with it.
 * They begin at zero with the supervisor's process, as counters may.
 */
export class RunnerMetrics {
  /** Asked at every reading. */
  statuses: () => readonly RunnerStatus[] = () => [];
  readonly #waited: Histogram;
  readonly #ran: Histogram<'model'>;
  readonly #loaded: Histogram<'model'>;
  readonly #attempts: Counter<'model'>;
  readonly #images: Counter<'model' | 'outcome'>;
  readonly #failures: Counter<'code'>;
  readonly #retries: Counter;
  readonly #bytes: Counter<'direction'>;
  readonly #leases: Counter<'reason'>;
  readonly #restarts: Counter<'reason'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#waited = new Histogram({
      name: 'offcut_image_wait_seconds',
      help: 'From the submission of an image to the start of its first attempt.',
      buckets: WAIT_BUCKETS,
      registers,
    });
    this.#ran = new Histogram({
      name: 'offcut_image_run_seconds',
      help: 'From the lease of an image to its stored result.',
      labelNames: ['model'],
      buckets: RUN_BUCKETS,
      registers,
    });
    this.#loaded = new Histogram({
      name: 'offcut_model_load_seconds',
      help: 'From a model that is not in memory to one that has run once; per runner process and load.',
      labelNames: ['model'],
      buckets: LOAD_BUCKETS,
      registers,
    });
    this.#attempts = new Counter({
      name: 'offcut_attempts_total',
      help: 'Attempts at images that runners started.',
      labelNames: ['model'],
      registers,
    });
    this.#images = new Counter({
      name: 'offcut_images_total',
      help: 'Images by outcome: completed, failed for good, or dropped since they were cancelled or deleted.',
      labelNames: ['model', 'outcome'],
      registers,
    });
    this.#failures = new Counter({
      name: 'offcut_attempt_failures_total',
      help: 'Failed attempts by code.',
      labelNames: ['code'],
      registers,
    });
    this.#retries = new Counter({
      name: 'offcut_attempt_retries_total',
      help: 'Attempts that were not the first at their image.',
      registers,
    });
    this.#bytes = new Counter({
      name: 'offcut_image_bytes_total',
      help: 'Encoded bytes of images that were worked on (in) and of their results (out).',
      labelNames: ['direction'],
      registers,
    });
    this.#leases = new Counter({
      name: 'offcut_leases_returned_total',
      help: 'Leases taken back from runners that died (runner_gone) or fell silent (expired).',
      labelNames: ['reason'],
      registers,
    });
    this.#restarts = new Counter({
      name: 'offcut_runner_restarts_total',
      help: 'Runner processes that ended unasked and were replaced: killed for silence (hung), or otherwise (exited).',
      labelNames: ['reason'],
      registers,
    });
    for (const reason of ['expired', 'runner_gone']) this.#leases.inc({ reason }, 0);
    for (const reason of ['hung', 'exited']) this.#restarts.inc({ reason }, 0);
    for (const direction of ['in', 'out']) this.#bytes.inc({ direction }, 0);
    this.#addProcesses(registry);
  }

  /** What a runner process says of itself. */
  hear(report: RunnerReport): void {
    switch (report.kind) {
      case 'model_loaded':
        this.#loaded.observe({ model: report.model }, report.seconds);
        return;
      case 'attempt_started':
        this.#attempts.inc({ model: report.model });
        if (report.attempt > 1) this.#retries.inc();
        if (report.waitedSeconds !== null) this.#waited.observe(report.waitedSeconds);
        return;
      case 'image_completed':
        this.#ran.observe({ model: report.model }, report.seconds);
        this.#images.inc({ model: report.model, outcome: 'completed' });
        this.#bytes.inc({ direction: 'in' }, report.inputBytes);
        this.#bytes.inc({ direction: 'out' }, report.resultBytes);
        return;
      case 'attempt_failed':
        this.#failures.inc({ code: report.code });
        this.#bytes.inc({ direction: 'in' }, report.inputBytes);
        if (report.final) this.#images.inc({ model: report.model, outcome: 'failed' });
        return;
      case 'attempt_dropped':
        this.#images.inc({ model: report.model, outcome: 'dropped' });
        return;
      case 'lease_expired':
        this.leasesReturned('expired', 1);
        return;
      default:
        report satisfies never;
    }
  }

  leasesReturned(reason: 'expired' | 'runner_gone', count: number): void {
    this.#leases.inc({ reason }, count);
  }

  restarted(reason: 'hung' | 'exited'): void {
    this.#restarts.inc({ reason });
  }

  #addProcesses(registry: Registry): void {
    const registers = [registry];
    const statuses = () => this.statuses();
    new Gauge({
      name: 'offcut_runners',
      help: 'Runner processes by state: ready have their model in memory.',
      labelNames: ['state'],
      registers,
      collect() {
        const ready = statuses().filter((status) => status.ready).length;
        this.set({ state: 'ready' }, ready);
        this.set({ state: 'starting' }, statuses().length - ready);
      },
    });
    new Gauge({
      name: 'offcut_runner_resident_memory_bytes',
      help: 'Resident memory of each runner process.',
      labelNames: ['runner'],
      registers,
      collect() {
        this.reset();
        for (const { runner, memoryBytes } of statuses()) {
          if (memoryBytes !== undefined) this.set({ runner: String(runner) }, memoryBytes);
        }
      },
    });
  }
}
