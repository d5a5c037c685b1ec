/** The passes in plain JavaScript: where there is no SIMD, and for the rare sizes that need one pass alone. */
import { HALF, PRECISION_BITS, SUPPORT, type Kernel } from './kernel.ts';

function clip8(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Colours of the rows `rowFrom … rowFrom + rows`, each squeezed or stretched to the kernel's length. */
export function horizontalRgb(
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

export function horizontalGrey(
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
export function vertical(input: Uint8Array, rowBytes: number, firstRow: number, kernel: Kernel): Uint8Array {
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

export function withoutAlpha(data: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return rgb;
}
