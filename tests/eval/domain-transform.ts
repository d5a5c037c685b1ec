/**
 * Recursive filter in a transformed domain: Gastal & Oliveira, "Domain Transform for Edge-Aware Image and Video
 * Processing", SIGGRAPH 2011. The mask is smoothed within, never across, the photo's edges. Only compared with.
 */
import type { Mask, PixelImage } from '#matting/image.ts';

const ITERATIONS = 3;
/** Deviation in space as a share of the longer side, and in colour (0 to 1, summed over channels). */
const SPACE = 0.03;
const COLOUR = 0.25;

/** Filters `mask`, which has the image's size, in place. */
export function domainTransform({ width, height, data }: PixelImage, mask: Mask): void {
  const space = SPACE * Math.max(width, height);
  const alpha = Float32Array.from(mask.data);
  const across = distances(data, width, height, 1, space);
  const down = distances(data, width, height, width, space);
  for (let i = 0; i < ITERATIONS; i++) {
    const deviation = (space * Math.sqrt(3) * 2 ** (ITERATIONS - i - 1)) / Math.sqrt(4 ** ITERATIONS - 1);
    const base = Math.exp(-Math.SQRT2 / deviation);
    for (let y = 0; y < height; y++) recurse(alpha, across, y * width, 1, width, base);
    for (let x = 0; x < width; x++) recurse(alpha, down, x, width, height, base);
  }
  alpha.forEach((value, i) => (mask.data[i] = Math.round(value)));
}

/** From each pixel to the one `step` before it. */
function distances(data: Uint8ClampedArray, width: number, height: number, step: number, space: number) {
  const result = new Float32Array(width * height);
  for (let i = step; i < result.length; i++) {
    let change = 0;
    for (let c = 0; c < 3; c++) change += Math.abs(data[i * 4 + c] - data[(i - step) * 4 + c]);
    result[i] = 1 + ((space / COLOUR) * change) / 255;
  }
  return result;
}

/** Along one line forth and back. */
function recurse(
  alpha: Float32Array,
  distance: Float32Array,
  start: number,
  step: number,
  length: number,
  base: number,
): void {
  for (let i = 1, at = start + step; i < length; i++, at += step) {
    alpha[at] += base ** distance[at] * (alpha[at - step] - alpha[at]);
  }
  for (let i = length - 1, at = start + (length - 1) * step; i > 0; i--, at -= step) {
    alpha[at - step] += base ** distance[at] * (alpha[at] - alpha[at - step]);
  }
}
