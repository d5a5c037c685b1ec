import type { ModelSpec } from './model.ts';

/** Dense float32 tensor, row-major; `data.length` is the product of `dims`. */
export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** A loaded network. One run at a time; callers queue. */
export interface InferenceSession {
  /**
   * Runs the network on `input` and returns the output that the model's `outputIndex` names.
   * @throws MattingError `runtime_failed`, `aborted`
   */
  run(input: Tensor, signal: AbortSignal): Promise<Tensor>;
  dispose(): Promise<void>;
}

/** Port to whatever executes ONNX: onnxruntime-node on the server, onnxruntime-web or `network/` in the browser. */
export interface InferenceRuntime {
  /** What the user is told, such as `cpu (2 threads)` or `webgpu`. */
  readonly name: string;
  /** @throws MattingError `model_invalid` for weights that do not fit the model, `runtime_failed`, `aborted` */
  load(model: ModelSpec, weights: Uint8Array, signal: AbortSignal): Promise<InferenceSession>;
}
