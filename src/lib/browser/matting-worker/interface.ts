import type { ModelSpec } from '#matting/model.ts';
import type { CutoutOptions } from '#matting/options.ts';
import type { Cutout } from '#matting/pipeline.ts';
import { STAGES } from '#matting/stages.ts';

/*
 * What the page and the matting worker say to each other. The page imports this file and never the worker's source.
 */

export type RuntimeKind = 'webgpu' | 'wasm';

/** Why inference runs where it does, for pages in other languages than the reason's. */
export type EngineWhy = 'gpu' | 'no-gpu' | 'software-gpu' | 'gpu-failed' | 'gpu-off';

/** Where inference runs in this worker. `reason`: a sentence for the user, in English. */
export interface EngineReport {
  readonly runtime: RuntimeKind;
  /** CPU threads; on WebGPU those of the operators that it leaves to the CPU. */
  readonly threads: number;
  readonly reason: string;
  readonly why?: EngineWhy;
}

export interface RuntimeChoice {
  /** `auto`: WebGPU when there is a real adapter. The others are forced, by a setting or by a failure before. */
  readonly prefer: RuntimeKind | 'auto';
  /** Why it is forced: begins the engine's reason. */
  readonly because?: string | undefined;
  /** The same as a code; without one it was a setting. */
  readonly why?: EngineWhy;
}

/** Stands for an address where the weights are in this device's own store. */
export const KEPT_ON_DEVICE = 'kept-on-device:';

/** A model and where its weights are: an address of this origin, or `KEPT_ON_DEVICE`. */
export interface ModelAtUrl {
  readonly spec: ModelSpec;
  readonly weightsUrl: string;
}

export interface MatteTask {
  /** Chosen by the page; names the task to `abort` and in signs of life. */
  readonly id: number;
  readonly input: Blob;
  readonly options: CutoutOptions;
  readonly model: ModelAtUrl;
}

/** Stages that the page hears of: the pipeline's own, after the wait for the model. */
export const WORK_STAGES = ['load', ...STAGES] as const;
export type WorkStage = (typeof WORK_STAGES)[number];

/** Called by the worker; every call also shows that it is alive. */
export interface WorkerListener {
  stage(taskId: number, stage: WorkStage): void;
  /** Parts of loading: fetched bytes, a session opened. */
  alive(): void;
}

export interface MattingWorker {
  /** To be called once, before anything else. */
  open(choice: RuntimeChoice, listener: WorkerListener): Promise<void>;
  /**
   * Loads a model, unless it is loaded already, and says where it runs.
   * @throws MattingError `model_unavailable`, `model_invalid`, `runtime_failed`
   */
  load(model: ModelAtUrl): Promise<EngineReport>;
  /** @throws MattingError */
  matte(task: MatteTask): Promise<Cutout>;
  /** Stops a task before its next stage. Unknown ids are ignored: it may just have ended. */
  abort(taskId: number): Promise<void>;
}
