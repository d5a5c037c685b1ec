import { type Features, featuresFromOutput } from '#matting/features/features.ts';
import type { Mask, PixelImage } from '#matting/image.ts';
import { maskFromOutput } from '#matting/mask.ts';
import { preprocess } from '#matting/preprocess.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { createOnnxRuntime } from '../../server/matting/runtime.ts';
import { readWeights } from '../../server/matting/weights.ts';

/** What the default model makes of an image, as small as it puts it out. */
export interface Seen {
  readonly mask: Mask;
  readonly features: Features | undefined;
}

/** The default model on one thread. */
export async function openNetwork(): Promise<(image: PixelImage) => Promise<Seen>> {
  const { signal } = new AbortController();
  const weights = await readWeights(DEFAULT_MODEL);
  const session = await createOnnxRuntime({ threads: 1 }).load(DEFAULT_MODEL, weights, signal);
  return async (image) => {
    const output = await session.run(preprocess(image, DEFAULT_MODEL), signal);
    const features = featuresFromOutput(output, DEFAULT_MODEL);
    return { mask: maskFromOutput(output, DEFAULT_MODEL), features };
  };
}
