import { createMatting, type Matting } from '#matting/pipeline.ts';
import { MattingError } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';
import type { ImageCodec } from '#matting/codec.ts';
import type { InferenceRuntime, InferenceSession } from '#matting/runtime.ts';
import { modelsFolder, readWeights } from '../matting/weights.ts';
import { findKnownModel } from '../models/catalogue.ts';

export interface MattingPoolSettings {
  readonly codec: ImageCodec;
  readonly runtime: InferenceRuntime;
  readonly maxPixels: number;
  /** Models kept in memory (default 2); more only while more than that are in use at the same time. */
  readonly mostLoaded?: number;
  readonly folder?: string;
  /** Told of each model that was loaded and has run once. */
  readonly onLoaded?: (model: ModelSpec, seconds: number) => void;
}

interface Loaded {
  readonly matting: Matting;
  readonly session: InferenceSession;
}

interface Place {
  readonly loading: Promise<Loaded>;
  users: number;
}

/** The pipelines of the models that jobs ask for, each loaded when needed; the one used least recently makes room. */
export class MattingPool {
  readonly #settings: MattingPoolSettings;
  /** By checksum, since an id may get another file. In the order of last use. */
  readonly #places = new Map<string, Place>();

  constructor(settings: MattingPoolSettings) {
    this.#settings = settings;
  }

  get loadedCount(): number {
    return this.#places.size;
  }

  /**
   * Runs `work` with the model's pipeline, which stays loaded for that long.
   * @throws MattingError `model_unavailable`, `model_invalid`; the next call tries again
   */
  async using<T>(modelId: string, work: (matting: Matting) => Promise<T>): Promise<T> {
    const model = await this.#find(modelId);
    const place = this.#enter(model);
    try {
      return await work((await this.#loaded(model, place)).matting);
    } finally {
      place.users -= 1;
      this.#makeRoom();
    }
  }

  /**
   * The model's pipeline, never to make room: for a program that works with one model and ends.
   * @throws MattingError as `using` does
   */
  async get(modelId: string): Promise<Matting> {
    const model = await this.#find(modelId);
    return (await this.#loaded(model, this.#enter(model))).matting;
  }

  #enter(model: ModelSpec): Place {
    const place = this.#places.get(model.sha256) ?? { loading: this.#load(model), users: 0 };
    this.#places.delete(model.sha256);
    this.#places.set(model.sha256, place);
    place.users += 1;
    this.#makeRoom();
    return place;
  }

  async #loaded(model: ModelSpec, place: Place): Promise<Loaded> {
    try {
      return await place.loading;
    } catch (cause) {
      // A failure is not remembered.
      if (this.#places.get(model.sha256) === place) this.#places.delete(model.sha256);
      throw cause;
    }
  }

  #makeRoom(): void {
    for (const [key, { users, loading }] of this.#places) {
      if (this.#places.size <= (this.#settings.mostLoaded ?? 2)) return;
      if (users > 0) continue;
      this.#places.delete(key);
      loading.then(({ session }) => session.dispose()).catch(() => undefined);
    }
  }

  async #find(modelId: string): Promise<ModelSpec> {
    const model = await findKnownModel(modelId, this.#folder);
    if (model !== undefined) return model;
    throw new MattingError('model_unavailable', `This server does not know the model "${modelId}" any more.`);
  }

  async #load(model: ModelSpec): Promise<Loaded> {
    const { codec, runtime, maxPixels, onLoaded } = this.#settings;
    const began = performance.now();
    const weights = await readWeights(model, this.#folder);
    const session = await runtime.load(model, weights, new AbortController().signal);
    await warmUp(session, model);
    onLoaded?.(model, (performance.now() - began) / 1000);
    return { session, matting: createMatting({ codec, session, model, limits: { maxPixels } }) };
  }

  get #folder(): string {
    return this.#settings.folder ?? modelsFolder();
  }
}

/** The first run allocates the network's buffers; better before the first image than during it. */
async function warmUp(session: InferenceSession, { inputSize: { width, height } }: ModelSpec): Promise<void> {
  const input = { data: new Float32Array(3 * width * height), dims: [1, 3, height, width] };
  await session.run(input, new AbortController().signal);
}
