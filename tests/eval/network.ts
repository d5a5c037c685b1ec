import type { Mask, PixelImage } from '#matting/image.ts';
import { maskFromOutput } from '#matting/mask.ts';
import { preprocess } from '#matting/preprocess.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { createOnnxRuntime } from '../../server/matting/runtime.ts';
import { readWeights } from '../../server/matting/weights.ts';

/** The default model on one thread: what it makes of an image, as small as it puts it out. */
export async function openNetwork(): Promise<(image: PixelImage) => Promise<Mask>> {
  const { signal } = new AbortController();
  const weights = await readWeights(DEFAULT_MODEL);
  const session = await createOnnxRuntime({ threads: 1 }).load(DEFAULT_MODEL, weights, signal);
  return async (image) =>
    maskFromOutput(await session.run(preprocess(image, DEFAULT_MODEL), signal), DEFAULT_MODEL);
}
