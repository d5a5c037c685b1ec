import type { DecodeLimits } from '#matting/codec.ts';
import { DEFAULT_LIMITS } from '#matting/pipeline.ts';

/** What a pixel takes while it is worked on: decoded, as a bitmap, and on its way into a file, 4 bytes each. */
const BYTES_A_PIXEL = 12;
/** The share of a machine's memory that one image may take: a browser ends a tab that takes much more. */
const SHARE = 1 / 4;

/** Not in all browsers. Gigabytes, in steps. */
interface WithMemory {
  readonly deviceMemory?: number;
}

/** Smaller where the device says that it has little memory. */
export function limitsHere(): DecodeLimits {
  const pixels = (memoryOr(8) * 2 ** 30 * SHARE) / BYTES_A_PIXEL;
  return { maxPixels: Math.min(DEFAULT_LIMITS.maxPixels, Math.floor(pixels)) };
}

/** Pixels that are in hand for each gigabyte: on a phone with 4, one photo of 12 megapixels or several small ones. */
const PIXELS_A_GIGABYTE = 4_000_000;
/** More gain nothing: three photos of 10 megapixels are in hand by then. */
const MOST_GIGABYTES = 8;

/** Of all images that are worked on together. A larger one is worked on alone. */
export function pixelsInHandHere(): number {
  return Math.min(memoryOr(4), MOST_GIGABYTES) * PIXELS_A_GIGABYTE;
}

/** Gigabytes; `unknown` where the browser does not say, on whatever it runs. */
function memoryOr(unknown: number): number {
  const { deviceMemory = unknown }: WithMemory = navigator as WithMemory;
  return deviceMemory;
}
