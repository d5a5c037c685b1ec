import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { EncodeTarget } from '#matting/codec.ts';
import type { PixelImage } from '#matting/image.ts';
import { createSharpCodec } from '../../../server/matting/codec.ts';

const codec = createSharpCodec();
const { signal } = new AbortController();

/** 16 × 16: red on the left, blue on the right, with the same alpha everywhere. */
function halves(alpha: number, offset = 0): PixelImage {
  const data = new Uint8ClampedArray(offset + 16 * 16 * 4).subarray(offset);
  for (let i = 0; i < 256; i++) data.set(i % 16 < 8 ? [230, 20, 20, alpha] : [20, 20, 230, alpha], i * 4);
  return { width: 16, height: 16, data };
}

async function roundTrip(image: PixelImage, to: EncodeTarget) {
  const blob = await codec.encode(image, to, signal);
  const decoded = sharp(await blob.arrayBuffer());
  const { channels, format } = await decoded.metadata();
  const data = await decoded.ensureAlpha().raw().toBuffer();
  const pixel = (x: number) => [...data.subarray((8 * 16 + x) * 4, (8 * 16 + x) * 4 + 4)];
  return { type: blob.type, channels, format, left: pixel(2), right: pixel(13) };
}

describe('colours under an alpha of zero survive', () => {
  it('as PNG, exactly', async () => {
    const { type, format, left, right } = await roundTrip(halves(0), { format: 'png' });
    expect([type, format]).toEqual(['image/png', 'png']);
    expect([left, right]).toEqual([[230, 20, 20, 0], [20, 20, 230, 0]]); // prettier-ignore
  });

  it('as WebP, nearly', async () => {
    const { type, format, left, right } = await roundTrip(halves(0), { format: 'webp' });
    expect([type, format]).toEqual(['image/webp', 'webp']);
    expect([left[3], right[3]]).toEqual([0, 0]);
    expect(left[0] - right[0]).toBeGreaterThan(180);
    expect(right[2] - left[2]).toBeGreaterThan(180);
  });
});

it('an opaque image becomes a JPEG of three channels', async () => {
  const { type, format, channels } = await roundTrip(halves(255), { format: 'jpeg' });
  expect([type, format, channels]).toEqual(['image/jpeg', 'jpeg', 3]);
});

it('quality is the caller’s to choose', async () => {
  const noise = halves(255).data.map((value, i) => (i % 4 === 3 ? 255 : (value * i * 7) % 256));
  const size = async (quality: number) =>
    (await codec.encode({ width: 16, height: 16, data: noise }, { format: 'jpeg', quality }, signal)).size;
  expect(await size(20)).toBeLessThan(await size(95));
});

it.each(['png', 'webp', 'jpeg'] as const)('a grey image may be stored as one: %s', async (format) => {
  const grey = { width: 16, height: 16, data: halves(255).data.map((_, i) => (i % 4 === 3 ? 255 : 77)) };
  const { left, channels } = await roundTrip(grey, { format, grey: true });
  expect(left).toEqual([77, 77, 77, 255]);
  // WebP knows colour only.
  expect(channels).toBe(format === 'webp' ? 3 : 1);
});

it('pixels may lie anywhere in a larger buffer, as after a crop', async () => {
  const { left } = await roundTrip(halves(255, 64), { format: 'png' });
  expect(left).toEqual([230, 20, 20, 255]);
});

it('what cannot be encoded is an error that names the size', async () => {
  const broken = { ...halves(255), width: 17 };
  await expect(codec.encode(broken, { format: 'png' }, signal)).rejects.toMatchObject({
    code: 'encode_failed',
    message: expect.stringContaining('17 × 16 pixels') as string,
  });
});

it('every pixel of a PNG comes back, also of one that is compressed in more than one go', async () => {
  const [width, height] = [2_111, 2_100];
  const data = new Uint8ClampedArray(width * height * 4).map((_, i) => (i * 31) ^ (i >> 9));
  const blob = await codec.encode({ width, height, data }, { format: 'png' }, signal);
  const back = await sharp(await blob.arrayBuffer())
    .raw()
    .toBuffer();
  expect(back.equals(new Uint8Array(data.buffer))).toBe(true);
});
