/** Lanczos weights as Pillow computes them, in fixed point. */

export const SUPPORT = 3;
/** 8 bits of result, 2 of head-room: a Lanczos sum may be negative or above 1. */
export const PRECISION_BITS = 32 - 8 - 2;
const ONE = 2 ** PRECISION_BITS;
/** Half a unit: makes the final shift round to nearest. 255 × Σ|k| × ONE stays below 2^31, so int32 never wraps. */
export const HALF = 1 << (PRECISION_BITS - 1);

/** For output i: its weights are `weights[i * stride …]`, applied from input `first[i]` on, `count[i]` of them. */
export interface Kernel {
  readonly stride: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

function lanczos(x: number): number {
  return x >= -SUPPORT && x < SUPPORT ? sinc(x) * sinc(x / SUPPORT) : 0;
}

export function makeKernel(inputSize: number, outputSize: number): Kernel {
  const scale = inputSize / outputSize;
  const filterScale = Math.max(scale, 1);
  const support = SUPPORT * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  const row = new Float64Array(stride);
  for (let i = 0; i < outputSize; i++) {
    const centre = (i + 0.5) * scale;
    // Truncation towards zero, as C casts do; both ends are clamped to the image right after.
    const from = Math.max(Math.trunc(centre - support + 0.5), 0);
    const length = Math.min(Math.trunc(centre + support + 0.5), inputSize) - from;
    let sum = 0;
    for (let x = 0; x < length; x++) {
      // Multiplied by the reciprocal, not divided: the last bit of a weight depends on it.
      row[x] = lanczos((x + from - centre + 0.5) * (1 / filterScale));
      sum += row[x];
    }
    for (let x = 0; x < length; x++) {
      const weight = (sum === 0 ? row[x] : row[x] / sum) * ONE;
      weights[i * stride + x] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[i] = from;
    count[i] = length;
  }
  return { stride, first, count, weights };
}

/** The rows of the input that a vertical pass reads at all; a horizontal pass before it may skip the others. */
export function usedRows(kernel: Kernel): { from: number; rows: number } {
  const last = kernel.first.length - 1;
  const from = kernel.first[0];
  return { from, rows: kernel.first[last] + kernel.count[last] - from };
}
