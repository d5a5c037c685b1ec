import { expect, it } from 'vitest';
import { PixelBudget, pixelsOf } from '#matting/pixel-budget.ts';
import { DECODABLE } from '../../../server/matting/codec.ts';
import { photo } from '../../contract/api-photos.ts';

/** Which of the askers have begun, and how each ends. */
function ask(budget: PixelBudget, ...pixels: number[]) {
  const begun: number[] = [];
  const ends = pixels.map((count) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const over = budget.hold(count, () => {
      begun.push(count);
      return promise;
    });
    return { over, resolve, reject };
  });
  const settle = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return begun;
  };
  return { ends, settle };
}

it('images are in hand together as far as they fit, and wait in the order in which they came', async () => {
  const { ends, settle } = ask(new PixelBudget(10), 4, 5, 3, 1);
  expect(await settle()).toEqual([4, 5]);
  ends[0]?.resolve();
  expect(await settle()).toEqual([4, 5, 3, 1]);
});

it('one that is larger than the whole budget goes alone, and does not stop the others for ever', async () => {
  const { ends, settle } = ask(new PixelBudget(10), 4, 48, 4);
  expect(await settle()).toEqual([4]);
  ends[0]?.resolve();
  expect(await settle()).toEqual([4, 48]);
  ends[1]?.resolve();
  expect(await settle()).toEqual([4, 48, 4]);
});

it('one that fails gives its room back, and says why', async () => {
  const { ends, settle } = ask(new PixelBudget(10), 10, 7);
  ends[0]?.reject(new Error('no image'));
  await expect(ends[0]?.over).rejects.toThrow('no image');
  expect(await settle()).toEqual([10, 7]);
});

it('pixels are read from the header; a file that is no image waits for nothing', async () => {
  const { bytes } = await photo();
  expect(await pixelsOf(new Blob([new Uint8Array(bytes)]), DECODABLE)).toBeGreaterThan(1000);
  expect(await pixelsOf(new Blob(['no image']), DECODABLE)).toBe(0);
});
