import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { PixelImage } from '#matting/image.ts';
import { createSharpCodec } from '../../../server/matting/codec.ts';
import { bytesOf, pngHeader, quarterColour, quarters, SVG, withWrongChecksum } from './support/files.ts';

const codec = createSharpCodec();
const { signal } = new AbortController();
const limits = { maxPixels: 1e6 };

const decode = (bytes: Uint8Array<ArrayBuffer> | string, name = 'photo.jpg') =>
  codec.decode(new File([bytes], name, { type: 'image/jpeg' }), limits, signal);

async function decodedFrom(image: Sharp): Promise<PixelImage> {
  const { image: pixels, warnings } = await decode(await bytesOf(image));
  expect(warnings).toEqual([]);
  return pixels;
}

function pixel({ width, height, data }: PixelImage, x: number, y: number): number[] {
  const at = (Math.floor(y * height) * width + Math.floor(x * width)) * 4;
  return [...data.subarray(at, at + 4)];
}

/** The middles of the four quarters are as drawn, give or take what a lossy format loses. */
function expectQuarters(image: PixelImage, tolerance: number): void {
  expect([image.width, image.height]).toEqual([48, 32]);
  for (const [x, y] of [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ]) {
    const expected = [...quarterColour(x, y), 255];
    const distances = pixel(image, x, y).map((value, i) => Math.abs(value - expected[i]));
    expect(Math.max(...distances), `at ${x}, ${y}`).toBeLessThanOrEqual(tolerance);
  }
}

describe('every kind of file becomes upright 8-bit sRGB with alpha', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i', async (orientation) => {
    // Stored so that the orientation turns it back into the quarters.
    const turned = {
      1: quarters(),
      2: quarters().flop(),
      3: quarters().rotate(180),
      4: quarters().flip(),
      5: sharp(await quarters().rotate(90).png().toBuffer()).flop(),
      6: quarters().rotate(270),
      7: sharp(await quarters().rotate(270).png().toBuffer()).flop(),
      8: quarters().rotate(90),
    }[orientation];
    if (!turned) throw new Error(`no case for orientation ${orientation}`);
    const stored = sharp(await turned.png().toBuffer())
      .jpeg({ quality: 95 })
      .withMetadata({ orientation });
    expectQuarters(await decodedFrom(stored), 12);
  });

  it.each([
    ['palette PNG', quarters().png({ palette: true }), 0],
    ['interlaced PNG', quarters().png({ progressive: true }), 0],
    ['16-bit PNG', quarters().toColourspace('rgb16').png(), 0],
    ['16-bit TIFF', quarters().toColourspace('rgb16').tiff({ compression: 'lzw' }), 0],
    ['WebP', quarters().webp({ lossless: true }), 0],
    ['GIF', quarters().gif(), 0],
    ['AVIF', quarters().avif({ quality: 90 }), 16],
    ['progressive JPEG', quarters().jpeg({ progressive: true, quality: 95 }), 12],
    ['wide-gamut PNG with its profile', quarters().png().withIccProfile('p3'), 3],
  ] as const)('%s', async (_name, image, tolerance) => {
    expectQuarters(await decodedFrom(image), tolerance);
  });

  it.each([
    ['with its profile', quarters().toColourspace('cmyk').jpeg({ quality: 95 }).withIccProfile('cmyk')],
    ['without a profile', quarters().toColourspace('cmyk').jpeg({ quality: 95 })],
  ])('CMYK JPEG %s', async (_name, image) => {
    const pixels = await decodedFrom(image);
    // Print colours are paler than the screen's; the order of the quarters shows that nothing is inverted.
    const [red, green, , alpha] = pixel(pixels, 0.25, 0.25);
    expect(red).toBeGreaterThan(200);
    expect(green).toBeLessThan(90);
    expect(alpha).toBe(255);
    expect(Math.min(...pixel(pixels, 0.75, 0.75))).toBeGreaterThan(245);
  });

  it('grey, and grey with alpha', async () => {
    const grey = sharp({ create: { width: 5, height: 4, channels: 3, background: '#808080' } }).toColourspace(
      'b-w',
    );
    expect(pixel(await decodedFrom(grey.clone().png()), 0.5, 0.5)).toEqual([128, 128, 128, 255]);
    expect(pixel(await decodedFrom(grey.clone().ensureAlpha(0.4).png()), 0.5, 0.5)).toEqual([
      128, 128, 128, 102,
    ]);
  });

  it('straight alpha, with the colours below a zero alpha', async () => {
    const data = Uint8Array.of(200, 100, 50, 0, 10, 20, 30, 128);
    const raw = sharp(data, { raw: { width: 2, height: 1, channels: 4 } });
    expect([...(await decodedFrom(raw.png())).data]).toEqual([...data]);
  });

  it('a single pixel', async () => {
    const image = await decodedFrom(
      sharp({ create: { width: 1, height: 1, channels: 3, background: '#123456' } }).png(),
    );
    expect(image).toMatchObject({ width: 1, height: 1 });
    expect([...image.data]).toEqual([0x12, 0x34, 0x56, 255]);
  });
});

describe('damage that can be survived gives an image and a warning', () => {
  const large = () => quarters().resize(480, 320, { kernel: 'nearest' });

  it('a JPEG that was cut off: what there is, at full size', async () => {
    const jpeg = await bytesOf(large().jpeg());
    const { image, warnings } = await decode(jpeg.slice(0, jpeg.length * 0.6));
    expect(warnings.map(({ code }) => code)).toEqual(['image_truncated']);
    expect([image.width, image.height]).toEqual([480, 320]);
    expect(pixel(image, 0.1, 0.1)[0]).toBeGreaterThan(240);
  });

  it('a PNG that was cut off', async () => {
    const png = await bytesOf(large().png({ compressionLevel: 0 }));
    const { image, warnings } = await decode(png.slice(0, png.length * 0.6));
    expect(warnings.map(({ code }) => code)).toEqual(['image_truncated']);
    expect(pixel(image, 0.1, 0.1)).toEqual([255, 0, 0, 255]);
  });

  it('a PNG with a wrong checksum', async () => {
    const { image, warnings } = await decode(withWrongChecksum(await bytesOf(quarters().png()), 'IDAT'));
    expect(warnings.map(({ code }) => code)).toEqual(['image_checksum']);
    expectQuarters(image, 0);
  });

  it('a JPEG with garbage in the middle, in the words of the decoder', async () => {
    const jpeg = await bytesOf(large().jpeg());
    jpeg.fill(0x55, jpeg.length * 0.5, jpeg.length * 0.5 + 40);
    jpeg.set([0xff, 0xd3], jpeg.length * 0.5 + 10);
    const { image, warnings } = await decode(jpeg);
    expect(warnings).toMatchObject([
      { code: 'image_damaged', message: expect.stringMatching(/\(.+\)/) as string },
    ]);
    expect([image.width, image.height]).toEqual([480, 320]);
  });

  it('an animation: its first frame', async () => {
    const frames = [quarters().png(), quarters().negate().png()].map((frame) => frame.toBuffer());
    const animation = sharp(await Promise.all(frames), { join: { animated: true } }).gif();
    const { image, warnings } = await decode(await bytesOf(animation));
    expect(warnings.map(({ code }) => code)).toEqual(['image_animated']);
    expectQuarters(image, 0);
  });
});

describe('what cannot be decoded is refused for good, whatever its name says', () => {
  it.each([
    ['image_empty', ''],
    ['image_unsupported', '%PDF-1.4 posing as a photo'],
    ['image_unsupported', SVG],
    ['image_too_large', pngHeader(30_000, 30_000)],
    ['image_undecodable', pngHeader(40, 40)],
    ['image_undecodable', Uint8Array.from(Buffer.from('GIF89a\x20\0\x20\0\0\0\0garbage', 'latin1'))],
  ] as const)('%s', async (code, bytes) => {
    await expect(decode(bytes, 'holiday.png')).rejects.toMatchObject({
      name: 'MattingError',
      code,
      retryable: false,
    });
  });
});

it('stops before it decodes once the signal has fired', async () => {
  const bytes = await bytesOf(quarters().png());
  const aborted = AbortSignal.abort('no longer wanted');
  await expect(codec.decode(new Blob([bytes]), limits, aborted)).rejects.toMatchObject({
    code: 'aborted',
    cause: 'no longer wanted',
  });
});
