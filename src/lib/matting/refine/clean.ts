/** Masks tidied without looking at the photo. */
import type { Mask } from '../image.ts';

/** OpenCV's kernel of 5 for a standard deviation of 2. */
const GAUSS = [-2, -1, 0, 1, 2].map((x) => Math.exp((-x * x) / 8));
const GAUSS_SUM = GAUSS.reduce((a, b) => a + b);
const THRESHOLD = 127;

/**
 * rembg's `post_process_mask`, in place: opened with a 3 × 3 ellipse (which OpenCV draws as a cross), blurred with a
 * gaussian of 5 × 5 and σ = 2, and cut at 127, so that every alpha is 0 or 255.
 */
export function postProcessMask(mask: Mask): void {
  const opened = crossExtreme(crossExtreme(mask, Math.min), Math.max);
  const blurred = blur(opened);
  for (let i = 0; i < blurred.length; i++) mask.data[i] = blurred[i] < THRESHOLD ? 0 : 255;
}

/** Neighbours beyond the border do not count. */
function crossExtreme({ width, height, data }: Mask, pick: (a: number, b: number) => number): Mask {
  const result = new Uint8Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let value = data[i];
      if (x > 0) value = pick(value, data[i - 1]);
      if (x < width - 1) value = pick(value, data[i + 1]);
      if (y > 0) value = pick(value, data[i - width]);
      if (y < height - 1) value = pick(value, data[i + width]);
      result[i] = value;
    }
  }
  return { width, height, data: result };
}

function blur({ width, height, data }: Mask): Uint8Array {
  const rows = new Float32Array(data.length);
  const result = new Uint8Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += GAUSS[k] * data[y * width + mirrored(x + k - 2, width)];
      rows[i] = sum / GAUSS_SUM;
    }
  }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += GAUSS[k] * rows[mirrored(y + k - 2, height) * width + x];
      result[i] = Math.round(sum / GAUSS_SUM);
    }
  }
  return result;
}

/** OpenCV's BORDER_REFLECT_101: … 2 1 | 0 1 2 … */
function mirrored(i: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const at = Math.abs(i) % period;
  return at < size ? at : period - at;
}
