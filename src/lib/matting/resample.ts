/**
 * Pillow's 8-bit Lanczos, bit for bit: libImaging/Resample.c (HPND licence), restated.
 * Masks that come out of any other resampler differ visibly from rembg's, so its fixed-point rounding is kept:
 * coefficients with 22 fractional bits, the horizontal pass rounded to 8 bit before the vertical one starts.
 * That order is the one of Pillow up to 12. Version 13 turns it round where the height shrinks much more than the
 * width (https://github.com/python-pillow/Pillow/pull/9549), which changes masks of tall photos by up to 18/255.
 */
import type { Mask, PixelImage, RgbImage } from './image.ts';

const SUPPORT = 3;
/** 8 bits of result, 2 of head-room: a Lanczos sum may be negative or above 1. */
const PRECISION_BITS = 32 - 8 - 2;
const ONE = 2 ** PRECISION_BITS;
/** Half a unit: makes the final shift round to nearest. 255 × Σ|k| × ONE stays below 2^31, so int32 never wraps. */
const HALF = 1 << (PRECISION_BITS - 1);

/** For output i: its weights are `weights[i * stride …]`, applied from input `first[i]` on, `count[i]` of them. */
interface Kernel {
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

function makeKernel(inputSize: number, outputSize: number): Kernel {
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

function clip8(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Colours of the rows `rowFrom … rowFrom + rows`, each squeezed or stretched to the kernel's length. */
function horizontalRgb(
  rgba: Uint8ClampedArray,
  inputWidth: number,
  rowFrom: number,
  rows: number,
  kernel: Kernel,
): Uint8Array {
  const { stride, first, count, weights } = kernel;
  const width = first.length;
  const output = new Uint8Array(width * rows * 3);
  let to = 0;
  for (let y = 0; y < rows; y++) {
    const rowStart = (rowFrom + y) * inputWidth;
    for (let x = 0; x < width; x++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let from = (rowStart + first[x]) * 4;
      const end = x * stride + count[x];
      for (let k = x * stride; k < end; k++) {
        const weight = weights[k];
        red = (red + Math.imul(rgba[from], weight)) | 0;
        green = (green + Math.imul(rgba[from + 1], weight)) | 0;
        blue = (blue + Math.imul(rgba[from + 2], weight)) | 0;
        from += 4;
      }
      output[to] = clip8(red);
      output[to + 1] = clip8(green);
      output[to + 2] = clip8(blue);
      to += 3;
    }
  }
  return output;
}

function horizontalGrey(
  input: Uint8Array,
  inputWidth: number,
  rowFrom: number,
  rows: number,
  kernel: Kernel,
) {
  const { stride, first, count, weights } = kernel;
  const width = first.length;
  const output = new Uint8Array(width * rows);
  for (let y = 0; y < rows; y++) {
    const rowStart = (rowFrom + y) * inputWidth;
    for (let x = 0; x < width; x++) {
      let sum = HALF;
      let from = rowStart + first[x];
      const end = x * stride + count[x];
      for (let k = x * stride; k < end; k++) {
        sum = (sum + Math.imul(input[from], weights[k])) | 0;
        from++;
      }
      output[y * width + x] = clip8(sum);
    }
  }
  return output;
}

/** Every column of bytes on its own, so one pass serves any number of interleaved channels. */
function vertical(input: Uint8Array, rowBytes: number, firstRow: number, kernel: Kernel): Uint8Array {
  const { stride, first, count, weights } = kernel;
  const output = new Uint8Array(rowBytes * first.length);
  const sums = new Int32Array(rowBytes);
  for (let y = 0; y < first.length; y++) {
    const from = (first[y] - firstRow) * rowBytes;
    const rows = input.subarray(from, from + count[y] * rowBytes);
    const rowWeights = weights.subarray(y * stride, y * stride + count[y]);
    const target = output.subarray(y * rowBytes, (y + 1) * rowBytes);
    if (count[y] <= UNROLLED) sumFewRows(rows, rowWeights, target);
    else sumManyRows(rows, rowWeights, target, sums);
  }
  return output;
}

/** The most rows that an enlargement ever needs. */
const UNROLLED = 2 * SUPPORT + 1;

/** Enlarging a mask to the photo's size spends its time here; one unrolled sum is twice as fast as a loop. */
function sumFewRows(rows: Uint8Array, weights: Int32Array, target: Uint8Array): void {
  const length = target.length;
  const last = weights.length - 1;
  const row = (k: number) => rows.subarray(Math.min(k, last) * length, (Math.min(k, last) + 1) * length);
  const [r0, r1, r2, r3, r4, r5, r6] = [row(0), row(1), row(2), row(3), row(4), row(5), row(6)];
  const [w0, w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0, w6 = 0] = weights;
  for (let x = 0; x < length; x++) {
    const low = Math.imul(r0[x], w0) + Math.imul(r1[x], w1) + Math.imul(r2[x], w2);
    const high = Math.imul(r3[x], w3) + Math.imul(r4[x], w4) + Math.imul(r5[x], w5) + Math.imul(r6[x], w6);
    target[x] = clip8((HALF + low + high) | 0);
  }
}

/** Row by row into `sums`, which reads memory in order however tall the input is. */
function sumManyRows(rows: Uint8Array, weights: Int32Array, target: Uint8Array, sums: Int32Array): void {
  sums.fill(HALF);
  for (let k = 0, from = 0; k < weights.length; k++, from += target.length) {
    const weight = weights[k];
    for (let x = 0; x < target.length; x++) sums[x] = (sums[x] + Math.imul(rows[from + x], weight)) | 0;
  }
  for (let x = 0; x < target.length; x++) target[x] = clip8(sums[x]);
}

/** The rows of the input that a vertical pass reads at all; a horizontal pass before it may skip the others. */
function usedRows(kernel: Kernel): { from: number; rows: number } {
  const last = kernel.first.length - 1;
  const from = kernel.first[0];
  return { from, rows: kernel.first[last] + kernel.count[last] - from };
}

function withoutAlpha(data: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return rgb;
}

/**
 * The colours of `image` (alpha ignored, as Pillow's `convert('RGB')` does) at `width` × `height`,
 * equal to `resize((width, height), Image.LANCZOS)` in every byte.
 */
export function lanczosRgb(image: PixelImage, width: number, height: number): RgbImage {
  const kernel = makeKernel(image.height, height);
  const { from, rows } = usedRows(kernel);
  const keepsHeight = height === image.height;
  if (width === image.width) {
    const rgb = withoutAlpha(image.data);
    return { width, height, data: keepsHeight ? rgb : vertical(rgb, width * 3, 0, kernel) };
  }
  const narrowed = horizontalRgb(image.data, image.width, from, rows, makeKernel(image.width, width));
  return { width, height, data: keepsHeight ? narrowed : vertical(narrowed, width * 3, from, kernel) };
}

/** As `lanczosRgb`, for one channel. Returns a copy even when the size stays as it is. */
export function lanczosGrey(mask: Mask, width: number, height: number): Mask {
  const kernel = makeKernel(mask.height, height);
  const { from, rows } = usedRows(kernel);
  const keepsHeight = height === mask.height;
  if (width === mask.width) {
    return { width, height, data: keepsHeight ? mask.data.slice() : vertical(mask.data, width, 0, kernel) };
  }
  const narrowed = horizontalGrey(mask.data, mask.width, from, rows, makeKernel(mask.width, width));
  return { width, height, data: keepsHeight ? narrowed : vertical(narrowed, width, from, kernel) };
}
