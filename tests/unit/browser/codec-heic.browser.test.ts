import { expect, test } from 'vitest';
import type { PixelImage } from '#matting/image.ts';
import { createBrowserCodec } from '../../../src/lib/browser/matting-worker/codec.ts';
import p3Url from '../../fixtures/heic/display-p3.heic?url';
import srgbUrl from '../../fixtures/heic/srgb.heic?url';

/*
 * Both files (96 × 64, by libheif's heif-enc) show the same: red over green on the left, blue on the right; one holds
 * sRGB, the other Display P3 with its profile. Chromium decodes neither itself.
 */
const COLOURS = [
  { x: 20, y: 16, rgb: [200, 40, 40] },
  { x: 20, y: 48, rgb: [40, 160, 60] },
  { x: 76, y: 32, rgb: [40, 60, 200] },
] as const;

const codec = createBrowserCodec();
const { signal } = new AbortController();

async function decode(url: string): Promise<PixelImage> {
  const blob = await (await fetch(url)).blob();
  return (await codec.decode(blob, { maxPixels: 10_000 }, signal)).image;
}

test.each([
  ['sRGB', srgbUrl],
  ['Display P3', p3Url],
])('a HEIC photo in %s is decoded whole, upright and in its own colours', async (_name, url) => {
  const { width, height, data } = await decode(url);
  expect([width, height]).toEqual([96, 64]);
  for (const { x, y, rgb } of COLOURS) {
    const at = (y * width + x) * 4;
    [...rgb, 255].forEach((value, channel) =>
      expect(Math.abs((data[at + channel] ?? 0) - value), `at ${String(x)}, ${String(y)}`).toBeLessThan(7),
    );
  }
});

test('a HEIC file whose pixels are missing fails in words', async () => {
  const whole = await (await fetch(srgbUrl)).blob();
  const cut = whole.slice(0, whole.size - 200);
  await expect(codec.decode(cut, { maxPixels: 10_000 }, signal)).rejects.toMatchObject({
    code: 'image_undecodable',
    message: expect.stringMatching(/HEIC/) as string,
  });
});
