import { proxy, wrap, type Remote } from 'comlink';
import { MattingError, throwIfAborted } from '#matting/errors.ts';
import { oneAtATime } from '#matting/one-at-a-time.ts';
import type { CutoutOptions } from '#matting/options.ts';
import type { Cutout } from '#matting/pipeline.ts';
import type {
  EngineReport,
  MatteTask,
  MattingWorker,
  ModelAtUrl,
  RuntimeChoice,
  WorkStage,
} from './interface.ts';
import { untilLost } from '../until-lost.ts';
import { carryErrorsWhole } from './transfer.ts';
import { Watchdog } from './watchdog.ts';

export type EngineState =
  /** `again`: the worker before it was lost. */
  | { readonly state: 'starting'; readonly again?: boolean }
  | ({ readonly state: 'ready' } & EngineReport)
  | { readonly state: 'failed'; readonly code: string; readonly message: string };

export interface MattingClientSettings {
  /** A new worker that runs `matting.worker.ts`. */
  readonly startWorker: () => Worker;
  readonly choice: RuntimeChoice;
  readonly onEngine: (engine: EngineState) => void;
  /** A worker at work that gives no sign of life for this long is replaced. A stage of its own may take long. */
  readonly silentSeconds?: number;
}

export interface MatteControl {
  readonly signal: AbortSignal;
  readonly onStage: (stage: WorkStage) => void;
}

/** Longer than any stage takes: fetching a model over a slow line, or a run on a slow phone. */
const SILENT_SECONDS = 180;

/** A worker with what hangs on it. */
interface Running {
  readonly worker: Worker;
  readonly remote: Remote<MattingWorker>;
  readonly watchdog: Watchdog;
  /** Rejects when the worker is given up, and with it all that waits for an answer. */
  readonly lost: Promise<never>;
  readonly opened: Promise<void>;
  readonly giveUp: (cause: Error) => void;
  runtime: EngineReport['runtime'] | undefined;
  /** Images that it works on. */
  inHand: number;
  /** Why it was given up, with several images in hand. */
  lostTogether: LostTogether | undefined;
}

/**
 * The page's side of the matting worker: starts one when there is work, and replaces it when it dies, hangs or its
 * runtime breaks. A runtime that broke on WebGPU is replaced by one on WebAssembly. When several images were in hand,
 * one of them may be at fault and the others are not: each is tried again alone, and only one that is lost alone fails.
 */
export class MattingClient {
  readonly #settings: MattingClientSettings;
  readonly #stages = new Map<number, MatteControl['onStage']>();
  #choice: RuntimeChoice;
  #running: Running | undefined;
  readonly #alone = oneAtATime();
  /** Settles when those that were lost together have been tried alone. */
  #cleared: Promise<unknown> = Promise.resolve();
  #lastTask = 0;
  #closed = false;

  constructor(settings: MattingClientSettings) {
    carryErrorsWhole();
    this.#settings = settings;
    this.#choice = settings.choice;
  }

  /** Loads a model ahead of its first image. Never rejects: how it went is told to `onEngine`. */
  async warmUp(model: ModelAtUrl): Promise<void> {
    await this.#call((running) => this.#load(running, model)).catch(() => undefined);
  }

  /**
   * @throws MattingError, or `WorkerLost` when the worker died or hung: both say whether another attempt may help
   */
  async matte(
    input: Blob,
    options: CutoutOptions,
    model: ModelAtUrl,
    { signal, onStage }: MatteControl,
  ): Promise<Cutout> {
    throwIfAborted(signal);
    await this.#cleared;
    const attempt = () => this.#attempt({ input, options, model }, { signal, onStage });
    try {
      return await attempt();
    } catch (cause) {
      if (!(cause instanceof LostTogether)) throw cause;
      if (this.#closed) throw cause.why;
      const again = this.#alone(attempt);
      this.#cleared = again.catch(() => undefined);
      return again;
    }
  }

  #attempt(
    { input, options, model }: Omit<MatteTask, 'id'>,
    { signal, onStage }: MatteControl,
  ): Promise<Cutout> {
    throwIfAborted(signal);
    return this.#call(async (running) => {
      const id = ++this.#lastTask;
      const abort = () => void running.remote.abort(id);
      this.#stages.set(id, onStage);
      signal.addEventListener('abort', abort);
      running.inHand += 1;
      try {
        if (running.runtime === undefined) await this.#load(running, model);
        throwIfAborted(signal);
        return await running.remote.matte({ id, input, options, model });
      } finally {
        running.inHand -= 1;
        signal.removeEventListener('abort', abort);
        this.#stages.delete(id);
      }
    });
  }

  close(): void {
    this.#closed = true;
    this.#running?.giveUp(new WorkerLost('The page was closed while it worked on this image.'));
  }

  async #load(running: Running, model: ModelAtUrl): Promise<void> {
    if (running.runtime === undefined) this.#settings.onEngine({ state: 'starting' });
    const report = await running.remote.load(model);
    if (running.runtime !== undefined) return;
    running.runtime = report.runtime;
    this.#settings.onEngine({ state: 'ready', ...report });
  }

  /** Runs `work` on a live worker, under the watchdog. */
  async #call<T>(work: (running: Running) => Promise<T>): Promise<T> {
    const running = (this.#running ??= this.#start());
    running.watchdog.begin();
    try {
      await untilLost(running.opened, running.lost);
      return await untilLost(work(running), running.lost);
    } catch (cause) {
      this.#judge(running, cause);
      throw running.lostTogether ?? cause;
    } finally {
      running.watchdog.end();
    }
  }

  /** A runtime that failed stays broken in its worker (onnxruntime remembers), so the next try gets a new one. */
  #judge(running: Running, cause: unknown): void {
    if (!(cause instanceof MattingError)) return;
    const { code, message } = cause;
    if (running.runtime === undefined && code !== 'aborted') {
      this.#settings.onEngine({ state: 'failed', code, message });
    }
    if (code === 'runtime_failed') running.giveUp(cause);
  }

  #start(): Running {
    const worker = this.#settings.startWorker();
    const remote = wrap<MattingWorker>(worker);
    const { promise: lost, reject } = Promise.withResolvers<never>();
    let given = false;
    const giveUp = (cause: Error) => {
      if (given) return;
      given = true;
      if (running.inHand > 1) running.lostTogether = new LostTogether(cause);
      reject(cause);
      this.#retire(running, cause);
    };
    const seconds = this.#settings.silentSeconds ?? SILENT_SECONDS;
    const watchdog = new Watchdog(seconds, () => {
      giveUp(
        new WorkerLost(`The worker gave no sign of life for ${String(seconds)} seconds and was replaced.`),
      );
    });
    const opened = remote.open(this.#choice, proxy(this.#listener(watchdog)));
    // Nobody may be waiting for these when they reject.
    for (const promise of [lost, opened]) promise.catch(() => undefined);
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      giveUp(
        new WorkerLost(`The worker stopped (${event.message || 'it could not be loaded'}).`, event.error),
      );
    });
    worker.addEventListener('messageerror', () => {
      giveUp(new WorkerLost('A message of the worker could not be read.'));
    });
    const running: Running = {
      worker,
      remote,
      watchdog,
      lost,
      opened,
      giveUp,
      runtime: undefined,
      inHand: 0,
      lostTogether: undefined,
    };
    return running;
  }

  #listener(watchdog: Watchdog) {
    return {
      stage: (taskId: number, stage: WorkStage) => {
        watchdog.feed();
        this.#stages.get(taskId)?.(stage);
      },
      alive: () => {
        watchdog.feed();
      },
    };
  }

  #retire(running: Running, cause: Error): void {
    running.watchdog.stop();
    running.worker.terminate();
    if (this.#running === running) this.#running = undefined;
    if (!this.#closed) this.#settings.onEngine({ state: 'starting', again: true });
    if (running.runtime === 'webgpu') {
      this.#choice = {
        prefer: 'wasm',
        because: `WebGPU stopped working here (${cause.message})`,
        why: 'gpu-failed',
      };
    }
  }
}

/** The worker is gone, and the image with it: nothing says that the image was at fault. */
export class WorkerLost extends Error {
  override readonly name: string = 'WorkerLost';
  readonly code = 'worker_lost';
  readonly retryable = true;

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** Several images were in hand when the worker was lost: any of them may be at fault. */
class LostTogether extends Error {
  readonly why: Error;

  constructor(why: Error) {
    super(why.message, { cause: why });
    this.why = why;
  }
}
