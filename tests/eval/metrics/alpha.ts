/**
 * Errors of an alpha matte, `Mask` against `Mask` of the same size, alphas as 0 to 1.
 * SAD, MSE and gradient error: Rhemann et al., "A Perceptually Motivated Online Benchmark for Image Matting",
 * CVPR 2009.
 */
import type { Mask } from '#matting/image.ts';

/** Mean absolute difference, 0 to 1. */
export function meanAbsoluteError(found: Mask, truth: Mask): number {
  return sumOfAbsoluteDifferences(found, truth) / truth.data.length;
}

/** Sum of absolute differences, in pixels' worth of alpha (publications divide it by 1000). */
export function sumOfAbsoluteDifferences(found: Mask, truth: Mask): number {
  let sum = 0;
  for (let i = 0; i < truth.data.length; i++) sum += Math.abs(found.data[i] - truth.data[i]);
  return sum / 255;
}

export function meanSquaredError(found: Mask, truth: Mask): number {
  let sum = 0;
  for (let i = 0; i < truth.data.length; i++) sum += (found.data[i] - truth.data[i]) ** 2;
  return sum / (255 * 255 * truth.data.length);
}

/** Standard deviation of the benchmark's gaussian derivative, pixels. */
const SIGMA = 1.4;

/**
 * Sum over pixels of the squared difference between the two gradients' lengths (q = 2, σ = 1.4), as in the
 * benchmark; publications divide it by 1000.
 */
export function gradientError(found: Mask, truth: Mask): number {
  const a = gradientLength(found);
  const b = gradientLength(truth);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

/** The kernel is normalised to a sum of squares of 1, as the benchmark's own code does it. */
function gradientLength(mask: Mask): Float32Array {
  const radius = Math.ceil(3 * SIGMA);
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
  const smooth = offsets.map((x) => Math.exp((-x * x) / (2 * SIGMA * SIGMA)));
  const slope = offsets.map((x, i) => x * smooth[i]);
  const norm = Math.hypot(...smooth) * Math.hypot(...slope);
  const scaled = slope.map((value) => value / norm);
  const across = separable(mask, scaled, smooth);
  const down = separable(mask, smooth, scaled);
  return across.map((value, i) => Math.hypot(value, down[i]));
}

/** Correlates rows with one kernel and columns with the other; edge pixels are repeated beyond the border. */
function separable(
  { width, height, data }: Mask,
  rowKernel: readonly number[],
  columnKernel: readonly number[],
): Float32Array {
  const radius = rowKernel.length >> 1;
  const rows = new Float32Array(data.length);
  const result = new Float32Array(data.length);
  const clamp = (i: number, size: number) => Math.min(Math.max(i, 0), size - 1);
  const columns = Int32Array.from({ length: width + 2 * radius }, (_, i) => clamp(i - radius, width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < rowKernel.length; k++) sum += data[y * width + columns[x + k]] * rowKernel[k];
      rows[y * width + x] = sum / 255;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < columnKernel.length; k++) {
      const from = clamp(y + k - radius, height) * width;
      const weight = columnKernel[k];
      for (let x = 0; x < width; x++) result[y * width + x] += rows[from + x] * weight;
    }
  }
  return result;
}
