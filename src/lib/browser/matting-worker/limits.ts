import type { DecodeLimits } from '#matting/codec.ts';
import { DEFAULT_LIMITS } from '#matting/pipeline.ts';

/** What a pixel takes while it is worked on: decoded, as a bitmap, and on its way into a file, 4 bytes each. */
const BYTES_A_PIXEL = 12;
/** The share of a machine's memory that one image may take: a browser ends a tab that takes much more. */
const SHARE = 1 / 4;

/** Not in all browsers. Gigabytes, 8 at most. */
interface WithMemory {
  readonly deviceMemory?: number;
}

/** Smaller where the device says that it has little memory. */
export function limitsHere(): DecodeLimits {
  const { deviceMemory = 8 }: WithMemory = navigator as WithMemory;
  const pixels = (deviceMemory * 2 ** 30 * SHARE) / BYTES_A_PIXEL;
  return { maxPixels: Math.min(DEFAULT_LIMITS.maxPixels, Math.floor(pixels)) };
}
