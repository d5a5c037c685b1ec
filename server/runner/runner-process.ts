import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromRunner, RunnerReport, ToRunner } from './messages.ts';
import { ownerOf } from './owner.ts';

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url));

/**
 * For glibc: one heap, from which the images in hand take their memory in turn, instead of one a thread, and whose end
 * is not handed back after each image. What an operator has set counts.
 */
export const MALLOC = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(32 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(32 * 1024 * 1024),
};

/** Loading the model on a slow, busy machine. */
const START_SECONDS = 120;

export interface RunnerProcessEvents {
  ready(): void;
  reported(report: RunnerReport): void;
  /** It was silent for too long and has been killed; `exited` follows. */
  hung(): void;
  exited(how: { code: number | null; signal: NodeJS.Signals | null }): void;
}

/** One runner as a child process: started, listened to, stopped, and killed when its event loop stands still. */
export class RunnerProcess {
  /** Whose leases it holds. */
  readonly owner: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #pulse: NodeJS.Timeout;
  readonly #hangSeconds: number;
  #silentSeconds = 0;
  #ready = false;
  #memoryBytes: number | undefined;

  constructor(start: Extract<ToRunner, { type: 'start' }>, events: RunnerProcessEvents) {
    this.#hangSeconds = start.config.hangSeconds;
    // Advanced serialisation carries the maps of the configuration.
    this.#child = fork(ENTRY, {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...MALLOC, ...process.env },
    });
    this.owner = ownerOf(this.#child.pid ?? 0);
    this.#exited = once(this.#child, 'exit').catch(() => undefined);
    // Seconds are counted, not read from a clock: after a suspended laptop wakes up, nobody has been silent.
    this.#pulse = setInterval(() => this.#tick(events), 1000).unref();
    this.#child.on('message', (message: FromRunner) => this.#hear(message, events));
    this.#child.once('error', () => events.exited({ code: null, signal: null }));
    this.#child.once('exit', (code, signal) => {
      clearInterval(this.#pulse);
      this.#ready = false;
      this.#memoryBytes = undefined;
      events.exited({ code, signal });
    });
    this.#send(start);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Resident, as it last said. */
  get memoryBytes(): number | undefined {
    return this.#memoryBytes;
  }

  /**
   * Has it finish what is in hand; past `finishSeconds` has it give the rest back; past five more kills it.
   * Resolves when it is gone.
   */
  async stop(finishSeconds: number): Promise<void> {
    this.#send({ type: 'stop', how: 'finish' });
    const giveBack = setTimeout(() => this.#send({ type: 'stop', how: 'return' }), finishSeconds * 1000);
    const kill = setTimeout(() => this.kill(), (finishSeconds + 5) * 1000);
    await this.#exited;
    clearTimeout(giveBack);
    clearTimeout(kill);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(message: FromRunner, events: RunnerProcessEvents): void {
    this.#silentSeconds = 0;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        events.ready();
        return;
      case 'alive':
        this.#memoryBytes = message.memoryBytes;
        return;
      case 'report':
        events.reported(message.report);
        return;
      default:
        message satisfies never;
    }
  }

  #tick(events: RunnerProcessEvents): void {
    this.#silentSeconds += 1;
    if (this.#silentSeconds !== Math.ceil(this.#ready ? this.#hangSeconds : START_SECONDS)) return;
    events.hung();
    this.kill();
  }

  #send(message: ToRunner): void {
    // It may be dying: then `exit` says so, and a failed message adds nothing.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
