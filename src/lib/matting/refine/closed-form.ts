/** Closed-form alpha matting, the slow option; see `matting-laplacian.ts`. */
import type { Mask, PixelImage } from '../image.ts';
import { lanczosGrey } from '../resample.ts';
import type { Steps } from '../steps.ts';
import { conjugateGradients, type SolverOptions } from './conjugate-gradients.ts';
import { guidedFilter } from './guided-filter.ts';
import { mattingLaplacian } from './matting-laplacian.ts';
import { makeTrimap, TRIMAP_DEFAULTS, type TrimapOptions, UNKNOWN } from './trimap.ts';

export interface ClosedFormOptions extends TrimapOptions, SolverOptions {
  /** A larger image is solved as a smaller copy and enlarged along the photo's edges: a pixel needs 200 bytes. */
  readonly maxPixels: number;
  /** The same, when thresholds or erosion leave more than this open: the time grows with what is to be solved. */
  readonly maxUnknown: number;
}

export const CLOSED_FORM_DEFAULTS: ClosedFormOptions = {
  ...TRIMAP_DEFAULTS,
  maxPixels: 2_000_000,
  maxUnknown: 300_000,
  maxIterations: 200,
  tolerance: 1e-3,
};

/** Solves the trimap that `options` makes of `mask`, which has the image's size, in place. */
export function* closedFormEdges(
  image: PixelImage,
  mask: Mask,
  options: ClosedFormOptions = CLOSED_FORM_DEFAULTS,
): Steps {
  const scale = workingScale(mask, options);
  if (scale >= 1) {
    yield* solve(image, mask, options);
    return;
  }
  const small = nearest(image, Math.floor(image.width * scale), Math.floor(image.height * scale));
  const solved = lanczosGrey(mask, small.width, small.height);
  yield* solve(small, solved, { ...options, erodeSize: Math.ceil(options.erodeSize * scale) });
  mask.data.set(lanczosGrey(solved, mask.width, mask.height).data);
  yield* guidedFilter(image, mask);
}

function workingScale(mask: Mask, options: ClosedFormOptions): number {
  const unknown = makeTrimap(mask, options).reduce((count, value) => count + (value === UNKNOWN ? 1 : 0), 0);
  return Math.sqrt(Math.min(options.maxPixels / mask.data.length, options.maxUnknown / unknown));
}

function* solve(image: PixelImage, mask: Mask, options: ClosedFormOptions): Steps {
  const trimap = makeTrimap(mask, options);
  const system = yield* mattingLaplacian(image, trimap);
  const alpha = Float32Array.from(system.pixels, (pixel) => mask.data[pixel] / 255);
  yield* conjugateGradients(system, alpha, options);
  for (let i = 0; i < trimap.length; i++) if (trimap[i] !== UNKNOWN) mask.data[i] = trimap[i];
  for (let k = 0; k < alpha.length; k++) {
    mask.data[system.pixels[k]] = Math.round(Math.min(Math.max(alpha[k], 0), 1) * 255);
  }
}

function nearest(image: PixelImage, width: number, height: number): PixelImage {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * image.height) / height) * image.width;
    for (let x = 0; x < width; x++, to += 4) {
      const from = (row + Math.floor(((x + 0.5) * image.width) / width)) * 4;
      for (let c = 0; c < 4; c++) data[to + c] = image.data[from + c];
    }
  }
  return { width, height, data };
}
