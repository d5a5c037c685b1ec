import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Thumbnails, type ThumbnailOf } from '../../../src/lib/browser/thumbnails/thumbnails.ts';
import heicUrl from '../../fixtures/heic/srgb.heic?url';

const of: ThumbnailOf = { jobId: 'a-job', index: 0, kind: 'result', size: 'card' };
const { signal } = new AbortController();
let thumbnails: Thumbnails;

beforeEach(() => {
  thumbnails = new Thumbnails();
});
afterEach(async () => {
  await thumbnails.forgetAllBut(async () => false);
  thumbnails.close();
});

/** Left half transparent, right half orange. */
async function halfClear(width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no 2d context');
  context.fillStyle = '#e08020';
  context.fillRect(width / 2, 0, width / 2, height);
  return canvas.convertToBlob({ type: 'image/png' });
}

async function pixelsOf(blob: Blob | undefined) {
  if (blob === undefined) throw new Error('There is no thumbnail.');
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (context === null) throw new Error('no 2d context');
  context.drawImage(bitmap, 0, 0);
  const at = (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data];
  return { width, height, at };
}

test('a thumbnail is a small WebP that keeps shape, colours and transparency', async () => {
  const photo = await halfClear(4000, 3000);
  const made = await thumbnails.get(of, async () => photo, signal);
  expect(made?.type).toBe('image/webp');
  expect(made?.size).toBeLessThan(20_000);
  const { width, height, at } = await pixelsOf(made);
  expect([width, height]).toEqual([512, 384]);
  expect(at(100, 200)[3]).toBe(0);
  const [red = 0, green = 0, blue = 0, alpha] = at(400, 200);
  expect(Math.max(Math.abs(red - 224), Math.abs(green - 128), Math.abs(blue - 32))).toBeLessThan(8);
  expect(alpha).toBe(255);
});

test('it is made once: the next page reads it from the device', async () => {
  const photo = await halfClear(800, 600);
  await thumbnails.get(of, async () => photo, signal);
  thumbnails.close();
  thumbnails = new Thumbnails();
  const source = vi.fn(async () => photo);
  expect((await thumbnails.get(of, source, signal))?.type).toBe('image/webp');
  expect(source).not.toHaveBeenCalled();
});

test('an image that is small already keeps its size', async () => {
  const { width, height } = await pixelsOf(await thumbnails.get(of, () => halfClear(40, 30), signal));
  expect([width, height]).toEqual([40, 30]);
});

test('HEIC originals, which the browser cannot show, have thumbnails as well', async () => {
  const photo = await (await fetch(heicUrl)).blob();
  const { width, height } = await pixelsOf(await thumbnails.get(of, async () => photo, signal));
  expect([width, height]).toEqual([96, 64]);
});

test('what went out of view before its turn is not made', async () => {
  const gone = new AbortController();
  gone.abort(new Error('out of view'));
  const source = vi.fn(() => halfClear(40, 30));
  await expect(thumbnails.get(of, source, gone.signal)).rejects.toThrow('out of view');
  expect(source).not.toHaveBeenCalled();
});

test('what cannot be decoded is refused, and the next one is made', async () => {
  await expect(thumbnails.get(of, async () => new Blob(['%PDF-1.7 Dear Sir']), signal)).rejects.toMatchObject(
    { code: 'image_unsupported' },
  );
  expect(await thumbnails.get({ ...of, index: 1 }, () => halfClear(40, 30), signal)).toBeInstanceOf(Blob);
});

test('those of a deleted job go', async () => {
  await thumbnails.get(of, () => halfClear(40, 30), signal);
  await thumbnails.forgetJob(of.jobId);
  const source = vi.fn(() => halfClear(20, 20));
  await thumbnails.get(of, source, signal);
  expect(source).toHaveBeenCalledOnce();
});
