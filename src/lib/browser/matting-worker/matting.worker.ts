import { expose } from 'comlink';
import { throwIfAborted } from '#matting/errors.ts';
import { oneAtATime } from '#matting/one-at-a-time.ts';
import { createMatting, type Cutout, type Matting } from '#matting/pipeline.ts';
import { PixelBudget, pixelsOf } from '#matting/pixel-budget.ts';
import type { InferenceSession } from '#matting/runtime.ts';
import { DECODABLE } from '../images/decodable.ts';
import { createBrowserCodec } from './codec.ts';
import type {
  EngineReport,
  MatteTask,
  MattingWorker,
  ModelAtUrl,
  RuntimeChoice,
  WorkerListener,
} from './interface.ts';
import { limitsHere, pixelsInHandHere } from './limits.ts';
import { ModelTurns } from './model-turns.ts';
import { createRemoteRuntime } from './network-client.ts';
import type { WebRuntime } from './runtime.ts';
import { carryErrorsWhole } from './transfer.ts';
import { fetchWeights } from './weights.ts';

interface Loaded {
  readonly matting: Matting;
  readonly session: InferenceSession;
  readonly report: EngineReport;
}

/**
 * Images overlap: while one is inferred, in a worker of its own, the next is decoded here and the one before encoded.
 * One model at a time is held: two of the larger ones would not fit on a phone.
 */
class Service implements MattingWorker {
  readonly #codec = createBrowserCodec();
  readonly #turns = new ModelTurns();
  readonly #budget = new PixelBudget(pixelsInHandHere());
  readonly #exclusively = oneAtATime();
  readonly #tasks = new Map<number, AbortController>();
  #runtime: WebRuntime | undefined;
  #listener: WorkerListener | undefined;
  #loading: { sha256: string; loaded: Promise<Loaded> } | undefined;

  async open(choice: RuntimeChoice, listener: WorkerListener): Promise<void> {
    this.#runtime = createRemoteRuntime(choice);
    this.#listener = listener;
  }

  async load(model: ModelAtUrl): Promise<EngineReport> {
    return this.#turns.take(model.spec.sha256, async () => (await this.#loadOnce(model)).report);
  }

  async matte(task: MatteTask): Promise<Cutout> {
    const { id, input, model } = task;
    const abort = new AbortController();
    this.#tasks.set(id, abort);
    try {
      const pixels = await pixelsOf(input, DECODABLE);
      return await this.#turns.take(model.spec.sha256, () =>
        this.#budget.hold(pixels, () => this.#matte(task, abort.signal)),
      );
    } finally {
      this.#tasks.delete(id);
    }
  }

  async #matte({ id, input, options, model }: MatteTask, signal: AbortSignal): Promise<Cutout> {
    throwIfAborted(signal);
    this.#listener?.stage(id, 'load');
    const { matting } = await this.#loadOnce(model);
    throwIfAborted(signal);
    const onStage = (stage: Parameters<WorkerListener['stage']>[1]) => this.#listener?.stage(id, stage);
    return matting.matte(input, options, { signal, onStage }, this.#exclusively);
  }

  async abort(taskId: number): Promise<void> {
    this.#tasks.get(taskId)?.abort();
  }

  /** Remembers a loaded model, and forgets a failure, so that the next task tries again. */
  #loadOnce(model: ModelAtUrl): Promise<Loaded> {
    if (this.#loading?.sha256 === model.spec.sha256) return this.#loading.loaded;
    const before = this.#loading?.loaded;
    const loaded = this.#load(model, before);
    const loading = { sha256: model.spec.sha256, loaded };
    this.#loading = loading;
    loaded.catch(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    return loaded;
  }

  async #load(model: ModelAtUrl, before: Promise<Loaded> | undefined): Promise<Loaded> {
    await before?.then(({ session }) => session.dispose()).catch(() => undefined);
    const runtime = this.#runtime;
    if (runtime === undefined) throw new Error('open() comes before load().');
    // A load is shared by all tasks that wait for it, so no one task's abort may stop it.
    const { signal } = new AbortController();
    const weights = await fetchWeights(model, signal);
    this.#listener?.alive();
    const session = await runtime.load(model.spec, weights, signal);
    this.#listener?.alive();
    const { report } = runtime;
    if (report === undefined) throw new Error('A runtime that has loaded a model has a report.');
    const matting = createMatting({
      codec: this.#codec,
      session,
      model: model.spec,
      limits: limitsHere(),
    });
    return { matting, session, report };
  }
}

carryErrorsWhole();
expose(new Service());
