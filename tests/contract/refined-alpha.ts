import type { Mask, PixelImage } from '#matting/image.ts';
import { maskFromOutput } from '#matting/mask.ts';
import { removeSpecks } from '#matting/refine/artefacts.ts';
import { refine } from '#matting/refine/refine.ts';
import { lanczosGrey } from '#matting/resample.ts';
import { inOneGo } from '#matting/steps.ts';
import { TINY_MODEL } from '../fixtures/tiny-model.ts';
import { Random } from '../eval/draw/random.ts';

const [WIDTH, HEIGHT, NETWORK] = [200, 150, 40];

const isInDisc = (x: number, y: number) => Math.hypot(x - 0.5, y - 0.5) < 0.3;

/** An orange disc on blue, with grain. */
function photo(random: Random): PixelImage {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(255);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const inside = isInDisc((i % WIDTH) / WIDTH, Math.floor(i / WIDTH) / HEIGHT);
    const colour = inside ? [230, 140, 40] : [40, 80, 190];
    for (let c = 0; c < 3; c++) data[i * 4 + c] = colour[c] + 6 * random.normal();
  }
  return { width: WIDTH, height: HEIGHT, data };
}

/** What a network of few pixels would answer, unsure of all it says. */
function answer(random: Random) {
  const data = Float32Array.from({ length: NETWORK * NETWORK }, (_, i) => {
    const inside = isInDisc((i % NETWORK) / NETWORK, Math.floor(i / NETWORK) / NETWORK);
    return (inside ? 1 : 0) + 0.05 * random.next();
  });
  return { dims: [1, 1, NETWORK, NETWORK], data };
}

/** Of `refinedAlpha(3)`, in Node and in Chromium. Refinement that changes its numbers changes it, and nothing else does. */
export const ALPHA_SHA256 = '2ffdc867d86ad5a66e27a47e0d1916058b3f0dee4576593bd2858267d7473d48';

/** The alpha of an image that is drawn here, by all steps of the pipeline that are the project's own on every host. */
export function refinedAlpha(seed: number): Mask {
  const random = new Random(seed);
  const image = photo(random);
  const coarse = maskFromOutput(answer(random), TINY_MODEL);
  removeSpecks(coarse);
  const mask = lanczosGrey(coarse, WIDTH, HEIGHT);
  inOneGo(refine(image, mask, 'fast'));
  return mask;
}
