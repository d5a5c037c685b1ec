import { hostname } from 'node:os';
import type { Queue } from '#queue/queue.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import type { RunnerMetrics, RunnerStatus } from '../metrics/runner-metrics.ts';
import { returnLeases } from './leases.ts';
import { isOwnerAlive } from './owner.ts';
import type { RunnerEntry } from './registry.ts';
import { RunnerProcess } from './runner-process.ts';

/** A runner that lived for this long was well: its next restart does not wait. */
const HEALTHY_SECONDS = 10;
const LONGEST_PAUSE_SECONDS = 30;

export interface SupervisorSettings {
  readonly queue: Queue;
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: RunnerMetrics;
}

/** Keeps the runner processes alive, and returns the leases of those that die. */
export class Supervisor {
  readonly #settings: SupervisorSettings;
  #slots: Slot[] = [];

  constructor(settings: SupervisorSettings) {
    this.#settings = settings;
    settings.metrics.statuses = () => this.#slots.map((slot) => slot.status);
  }

  /** Returns what crashed servers left leased, and starts the runners. Resolves when each has come up or failed once. */
  async start(): Promise<void> {
    const { queue, config, log, metrics } = this.#settings;
    // Only one machine can have a file of SQLite open.
    const alone = config.database.kind === 'sqlite';
    const suspects = await returnLeases(queue, (owner) => !isOwnerAlive(owner, alone));
    if (suspects > 0) log.info({ event: 'leases_returned', images: suspects });
    metrics.leasesReturned('runner_gone', suspects);
    this.#slots = Array.from({ length: config.runners }, (_, n) => new Slot(n, this.#settings, suspects));
    await Promise.all(this.#slots.map((slot) => slot.started));
  }

  /** The runners that are up. */
  get alive(): RunnerEntry[] {
    const { concurrency } = this.#settings.config;
    return this.#slots
      .filter((slot) => slot.ready)
      .map(({ owner, pid }) => ({ id: owner, host: hostname(), pid, concurrency }));
  }

  get running(): boolean {
    return this.#slots.some((slot) => slot.ready);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.stop()));
  }
}

/** One place for a runner: whoever dies in it is replaced. */
class Slot {
  /** Resolves when its first runner is ready or has died. */
  readonly started: Promise<void>;
  readonly #number: number;
  readonly #settings: SupervisorSettings;
  readonly #markStarted: () => void;
  #process: RunnerProcess;
  #bornAt = 0;
  #earlyDeaths = 0;
  #restart: NodeJS.Timeout | undefined;
  #stopping = false;
  #buried: Promise<void> = Promise.resolve();

  constructor(number: number, settings: SupervisorSettings, suspects: number) {
    this.#number = number;
    this.#settings = settings;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.started = promise;
    this.#markStarted = resolve;
    this.#process = this.#spawn(suspects);
  }

  get ready(): boolean {
    return this.#process.ready;
  }

  get owner(): string {
    return this.#process.owner;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get status(): RunnerStatus {
    const { ready, memoryBytes } = this.#process;
    return { runner: this.#number, ready, memoryBytes };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    await this.#process.stop(this.#settings.config.shutdownSeconds);
    await this.#buried;
  }

  #spawn(suspects: number): RunnerProcess {
    const { config, log, metrics } = this.#settings;
    let hung = false;
    this.#bornAt = performance.now();
    const child = new RunnerProcess(
      { type: 'start', config, runner: this.#number, suspects },
      {
        ready: this.#markStarted,
        reported: (report) => metrics.hear(report),
        hung: () => {
          hung = true;
          log.error({ event: 'runner_hung', runner: this.#number, pid: child.pid });
        },
        exited: (how) => {
          if (!this.#stopping) metrics.restarted(hung ? 'hung' : 'exited');
          this.#buried = this.#bury(child, how);
        },
      },
    );
    return child;
  }

  /** Gives back what the dead runner held, and has another take its place. */
  async #bury(child: RunnerProcess, how: object): Promise<void> {
    const { queue, log, metrics } = this.#settings;
    const { owner, pid } = child;
    const suspects = await returnLeases(queue, (other) => other === owner).catch((err: unknown) => {
      // They run out by themselves.
      log.error({ event: 'storage_failed', err });
      return 0;
    });
    this.#markStarted();
    metrics.leasesReturned('runner_gone', suspects);
    if (this.#stopping) return;
    const pauseSeconds = this.#pauseBeforeRestart();
    log.warn({ event: 'runner_died', runner: this.#number, pid, ...how, images: suspects, pauseSeconds });
    this.#restart = setTimeout(() => {
      this.#process = this.#spawn(suspects);
    }, pauseSeconds * 1000);
  }

  /** Seconds: none after a healthy life, then doubling. A runner that cannot start must not keep the machine busy. */
  #pauseBeforeRestart(): number {
    const livedSeconds = (performance.now() - this.#bornAt) / 1000;
    this.#earlyDeaths = livedSeconds < HEALTHY_SECONDS ? this.#earlyDeaths + 1 : 0;
    if (this.#earlyDeaths <= 1) return 0;
    return Math.min(LONGEST_PAUSE_SECONDS, 0.25 * 2 ** (this.#earlyDeaths - 1));
  }
}
