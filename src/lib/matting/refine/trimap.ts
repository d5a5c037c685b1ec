import type { Mask } from '../image.ts';

export const UNKNOWN = 128;

/** rembg's `af`, `ab` and `ae` (`alpha_matting_…_threshold`, `…_erode_size`). */
export interface TrimapOptions {
  /** Above it is subject, 0 to 255. */
  readonly foregroundThreshold: number;
  /** Below it is background, 0 to 255. */
  readonly backgroundThreshold: number;
  /** Side of the square that both are eroded by, pixels; 0 erodes by a cross of 3 × 3, as SciPy's default does. */
  readonly erodeSize: number;
}

export const TRIMAP_DEFAULTS: TrimapOptions = {
  foregroundThreshold: 240,
  backgroundThreshold: 10,
  erodeSize: 10,
};

/**
 * 255 for certain subject, 0 for certain background, `UNKNOWN` between. Like rembg's (`scipy.ndimage.binary_erosion`),
 * the subject is also eroded from the image's border, the background is not; an even square reaches one pixel
 * farther up and left.
 */
export function makeTrimap(mask: Mask, options: TrimapOptions): Uint8Array {
  const { foregroundThreshold, backgroundThreshold, erodeSize } = options;
  const subject = eroded(mask, (value) => value > foregroundThreshold, erodeSize, false);
  const background = eroded(mask, (value) => value < backgroundThreshold, erodeSize, true);
  return subject.map((isSubject, i) => (isSubject ? 255 : background[i] ? 0 : UNKNOWN));
}

function eroded(
  { width, height, data }: Mask,
  isSet: (value: number) => boolean,
  size: number,
  beyond: boolean,
): Uint8Array {
  const set = Uint8Array.from(data, (value) => (isSet(value) ? 1 : 0));
  const outside = beyond ? 0 : 1;
  if (size === 0) return erodedByCross(set, width, height, outside);
  const before = size >> 1;
  const after = size - 1 - before;
  const rows = new Uint8Array(set.length);
  const result = new Uint8Array(set.length);
  for (let y = 0; y < height; y++) {
    erodeLine(set, rows, y * width, 1, width, before, after, outside);
  }
  for (let x = 0; x < width; x++) {
    erodeLine(rows, result, x, width, height, before, after, outside);
  }
  return result;
}

/** Counts what is not set in a running window. */
function erodeLine(
  from: Uint8Array,
  to: Uint8Array,
  start: number,
  step: number,
  length: number,
  before: number,
  after: number,
  outside: number,
): void {
  const unset = (i: number) => (i < 0 || i >= length ? outside : 1 - from[start + i * step]);
  let count = 0;
  for (let i = -before; i < after; i++) count += unset(i);
  for (let i = 0; i < length; i++) {
    count += unset(i + after);
    to[start + i * step] = count === 0 ? 1 : 0;
    count -= unset(i - before);
  }
}

function erodedByCross(set: Uint8Array, width: number, height: number, outside: number): Uint8Array {
  const rest = 1 - outside;
  return set.map((value, i) => {
    const x = i % width;
    const left = x > 0 ? set[i - 1] : rest;
    const right = x < width - 1 ? set[i + 1] : rest;
    const up = i >= width ? set[i - width] : rest;
    const down = i < width * (height - 1) ? set[i + width] : rest;
    return value & left & right & up & down;
  });
}
