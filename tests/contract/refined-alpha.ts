import type { Features } from '#matting/features/features.ts';
import { LEARNED } from '#matting/features/learned.ts';
import { unpacked } from '#matting/features/packed.ts';
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

/** As the default model's: numbers without a meaning, that every host has to read alike. */
function features(random: Random): Features {
  const channels = unpacked(LEARNED.offsets).length;
  const data = Float32Array.from({ length: channels * NETWORK * NETWORK }, () => random.normal());
  return { width: NETWORK, height: NETWORK, channels, data };
}

/** Of `refinedAlpha(3)`, in Node and in Chromium. Refinement that changes its numbers changes it, and nothing else does. */
export const ALPHA_SHA256 = '75845b57dd3789a446b2e976239ca05353c080f0b5e6ed44b091c8372ce4fc52';

/**
 * The alpha of an image that is drawn here, by all steps of the pipeline that are the project's own on every host: below
 * each other without features of the network and with them.
 */
export function refinedAlpha(seed: number): Mask {
  const random = new Random(seed);
  const image = photo(random);
  const coarse = maskFromOutput(answer(random), TINY_MODEL);
  removeSpecks(coarse);
  const mask = lanczosGrey(coarse, WIDTH, HEIGHT);
  const byColours = { ...mask, data: mask.data.slice() };
  inOneGo(refine({ ...image, data: image.data.slice() }, byColours, 'fast'));
  inOneGo(refine(image, mask, 'fast', { features: features(random) }));
  return { width: WIDTH, height: 2 * HEIGHT, data: Uint8Array.of(...byColours.data, ...mask.data) };
}
