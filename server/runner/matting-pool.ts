import { createMatting, type Matting } from '#matting/pipeline.ts';
import { MattingError } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';
import type { ImageCodec } from '#matting/codec.ts';
import type { InferenceRuntime, InferenceSession } from '#matting/runtime.ts';
import { findModel } from '#models/registry.ts';
import { readWeights } from '../matting/weights.ts';

export interface MattingPoolSettings {
  readonly codec: ImageCodec;
  readonly runtime: InferenceRuntime;
  readonly maxPixels: number;
}

/** The pipelines of the models that jobs ask for, each loaded once, when first needed. */
export class MattingPool {
  readonly #settings: MattingPoolSettings;
  readonly #loaded = new Map<string, Promise<Matting>>();

  constructor(settings: MattingPoolSettings) {
    this.#settings = settings;
  }

  /** @throws MattingError `model_unavailable`, `model_invalid`; the next call tries again. */
  get(modelId: string): Promise<Matting> {
    const known = this.#loaded.get(modelId);
    if (known !== undefined) return known;
    const loading = this.#load(modelId);
    this.#loaded.set(modelId, loading);
    loading.catch(() => this.#loaded.delete(modelId));
    return loading;
  }

  async #load(modelId: string): Promise<Matting> {
    const model = findModel(modelId);
    if (model === undefined) {
      throw new MattingError(
        'model_unavailable',
        `This server does not know the model "${modelId}" any more.`,
      );
    }
    const { codec, runtime, maxPixels } = this.#settings;
    const session = await runtime.load(model, await readWeights(model), new AbortController().signal);
    await warmUp(session, model);
    return createMatting({ codec, session, model, limits: { maxPixels } });
  }
}

/** The first run allocates the network's buffers; better before the first image than during it. */
async function warmUp(session: InferenceSession, { inputSize: { width, height } }: ModelSpec): Promise<void> {
  const input = { data: new Float32Array(3 * width * height), dims: [1, 3, height, width] };
  await session.run(input, new AbortController().signal);
}
