import type { ModelSpec } from '#matting/model.ts';
import type { Tensor } from '#matting/runtime.ts';
import type { EngineReport, RuntimeChoice } from './interface.ts';

/**
 * What the matting worker and the worker of the network say to each other. They are two, for onnxruntime computes
 * without listening: beside it, the matting worker decodes the next image and encodes the one before.
 */
export interface NetworkWorker {
  /** To be called once, before anything else. */
  open(choice: RuntimeChoice): Promise<void>;
  /** In the place of the model before. @throws MattingError as `InferenceRuntime.load` */
  load(model: ModelSpec, weights: Uint8Array): Promise<EngineReport>;
  /** One at a time, with the model loaded last. @throws MattingError `runtime_failed` */
  run(input: Tensor): Promise<Tensor>;
  /** Gives the model's memory back. */
  dispose(): Promise<void>;
}
