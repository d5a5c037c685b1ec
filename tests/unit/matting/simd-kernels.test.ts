import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { makeKernel, usedRows } from '#matting/resample/kernel.ts';
import { horizontalGrey, horizontalRgb, vertical } from '#matting/resample/scalar.ts';
import { resampleGrey, resampleRgb } from '#matting/resample/simd.ts';
import { PLAIN_WASM, RELAXED_WASM } from '#matting/network/kernels-wasm.ts';
import { layOutDesk } from '#matting/simd/kernels.ts';
import { KERNELS_WASM } from '#matting/simd/kernels-wasm.ts';
import { compiledKernels } from '../../support/build-kernels.ts';

function noise(length: number): Uint8Array<ArrayBuffer> {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = Math.imul(state, 1_103_515_245) + 12_345) >>> 24);
}

/** From, to: both sides shrink, grow, or go opposite ways; one has several strips, one a single pixel. */
const SIZES = [
  [1154, 866, 320, 320],
  [33, 700, 320, 320],
  [320, 320, 1154, 866],
  [5, 3, 64, 2],
  [1, 97, 320, 320],
  [2500, 40, 7, 1],
] as const;

describe('the kernels', () => {
  it('are what kernels.wat says', async () => {
    expect(await compiledKernels()).toEqual({
      'src/lib/matting/simd/kernels': { KERNELS_WASM },
      'src/lib/matting/network/kernels': { PLAIN_WASM, RELAXED_WASM },
    });
  });

  it.each(SIZES)('resample %i × %i to %i × %i as plain code does', (width, height, toWidth, toHeight) => {
    const [across, down] = [makeKernel(width, toWidth), makeKernel(height, toHeight)];
    const { from, rows } = usedRows(down);
    const grey = { width, height, data: noise(width * height) };
    const narrowGrey = horizontalGrey(grey.data, width, from, rows, across);
    expect(resampleGrey(grey, across, down)).toEqual(vertical(narrowGrey, toWidth, from, down));
    const data = new Uint8ClampedArray(noise(width * height * 4).buffer);
    const narrow = horizontalRgb(data, width, from, rows, across);
    const resampled = resampleRgb({ width, height, data }, across, down);
    expect(resampled).toEqual(vertical(narrow, toWidth * 3, from, down));
  });

  it('leave an image to plain code that would need too much memory', () => {
    const mask = { width: 20_000, height: 5_000, data: new Uint8Array(20_000 * 5_000) };
    expect(resampleGrey(mask, makeKernel(20_000, 10), makeKernel(5_000, 10))).toBeUndefined();
  });

  it.each([0, 1, 15, 16, 5_551, 5_552, 5_553, 100_003])('sum %i bytes up as zlib does', (length) => {
    const bytes = noise(length).map((byte) => byte | 0xf0);
    const desk = layOutDesk(length);
    desk?.bytes.set(bytes, desk.at[0]);
    const half = length >> 1;
    const first = desk?.kernels.adler32(1, 0, half) ?? 0;
    const sum = desk?.kernels.adler32(first, half, length - half) ?? 0;
    expect(sum >>> 0).toBe(deflateSync(bytes).readUInt32BE(deflateSync(bytes).length - 4));
  });
});
