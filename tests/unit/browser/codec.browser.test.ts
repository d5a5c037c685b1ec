import { describe, expect, it } from 'vitest';
import { MattingError } from '#matting/errors.ts';
import type { PixelImage } from '#matting/image.ts';
import { createBrowserCodec } from '../../../src/lib/browser/matting-worker/codec.ts';
import { keepsStraightColours } from '../../../src/lib/browser/matting-worker/codec/encode.ts';
import { encodePngInWasm } from '../../../src/lib/browser/matting-worker/codec/png-in-wasm.ts';
import { jpegFile, pngFile, withOrientation } from './image-files.ts';

const codec = createBrowserCodec();
const { signal } = new AbortController();
const limits = { maxPixels: 1_000_000 };
const decode = (...parts: BlobPart[]) => codec.decode(new Blob(parts), limits, signal);

/** Every alpha, a row each, over colours that differ from pixel to pixel. */
function everyAlpha(): PixelImage {
  const data = new Uint8ClampedArray(64 * 256 * 4);
  for (let i = 0; i < 64 * 256; i++) {
    data.set([(i * 37) & 255, (i * 91) & 255, (i * 13) & 255, i >> 6], i * 4);
  }
  return { width: 64, height: 256, data };
}

const pixel = ({ width, data }: PixelImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];

/** JPEG is lossy, and more so in colour. */
function expectNear(actual: number[], expected: number[]): void {
  actual.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(8));
}

async function refusal(promise: Promise<unknown>): Promise<MattingError> {
  const cause: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(cause).toBeInstanceOf(MattingError);
  return cause as MattingError;
}

describe('straight colours', () => {
  it('are read exactly, under every alpha', async () => {
    const { width, height, data } = everyAlpha();
    const { image, warnings } = await decode(pngFile({ width, height, rgba: new Uint8Array(data) }));
    expect(image.data).toEqual(data);
    expect(warnings).toEqual([]);
  });

  it('are written exactly, under every alpha', async () => {
    const blob = await codec.encode(everyAlpha(), { format: 'png' }, signal);
    expect(blob.type).toBe('image/png');
    expect((await decode(blob)).image.data).toEqual(everyAlpha().data);
  });

  it("are kept by this browser's own encoder, which is the smaller file", async () => {
    expect(await keepsStraightColours()).toBe(true);
  });

  it('are written exactly from a view into a larger buffer, as a crop is', async () => {
    const { width, data } = everyAlpha();
    const lower = { width, height: 56, data: data.subarray(200 * width * 4) };
    const blob = await codec.encode(lower, { format: 'png' }, signal);
    expect((await decode(blob)).image.data).toEqual(lower.data.slice());
  });

  it('are written exactly in browsers whose own encoder does not keep them', async () => {
    const { width, data } = everyAlpha();
    expect((await decode(await encodePngInWasm(everyAlpha()))).image.data).toEqual(data);
    const lower = { width, height: 56, data: data.subarray(200 * width * 4) };
    expect((await decode(await encodePngInWasm(lower))).image.data).toEqual(lower.data.slice());
  });

  it('survive in images of more rows than are read at a time', async () => {
    const data = new Uint8ClampedArray(2 * 2500 * 4).map((_, i) => (i * 7) & 255);
    const tall = pngFile({ width: 2, height: 2500, rgba: new Uint8Array(data) });
    expect((await decode(tall)).image.data).toEqual(data);
  });
});

describe('decoding', () => {
  it('applies EXIF orientation', async () => {
    const stored = await jpegFile(64, 32, (context) => {
      context.fillStyle = '#ff0000';
      context.fillRect(0, 0, 32, 32);
      context.fillStyle = '#0000ff';
      context.fillRect(32, 0, 32, 32);
    });
    // 6: the camera was turned, so the stored left is the top.
    const { image } = await decode(withOrientation(stored, 6));
    expect([image.width, image.height]).toEqual([32, 64]);
    expectNear(pixel(image, 16, 8), [255, 0, 0, 255]);
    expectNear(pixel(image, 16, 56), [0, 0, 255, 255]);
  });

  it('reads 16 bits a channel as 8', async () => {
    const rgba = Uint8Array.from([0xff, 0xff, 0x80, 0x80, 0x00, 0x00, 0xff, 0xff]);
    const { image } = await decode(pngFile({ width: 1, height: 1, depth: 16, rgba }));
    expect([...image.data]).toEqual([255, 128, 0, 255]);
  });

  it('reads opaque photos of many strips whole', async () => {
    const photo = await jpegFile(40, 1300, (context) => {
      for (let y = 0; y < 1300; y += 100) {
        context.fillStyle = `rgb(${String(y / 10)} 100 50)`;
        context.fillRect(0, y, 40, 100);
      }
    });
    const { image } = await decode(photo);
    for (let y = 50; y < 1300; y += 100) expectNear(pixel(image, 20, y), [(y - 50) / 10, 100, 50, 255]);
  });

  it('stops between its steps once it is aborted', async () => {
    const abort = new AbortController();
    const png = pngFile({ width: 1, height: 1, rgba: Uint8Array.of(1, 2, 3, 4) });
    const decoding = codec.decode(new Blob([png]), limits, abort.signal);
    abort.abort();
    expect((await refusal(decoding)).code).toBe('aborted');
  });
});

describe('damage', () => {
  const whole = () => {
    const { width, height, data } = everyAlpha();
    return pngFile({ width, height, rgba: new Uint8Array(data) });
  };

  it('leaves the upper part of a truncated PNG, with a warning', async () => {
    const bytes = whole();
    const { image, warnings } = await decode(bytes.subarray(0, bytes.length * 0.6));
    expect([image.width, image.height]).toEqual([64, 256]);
    const { data } = everyAlpha();
    expect(image.data.subarray(0, data.length / 4)).toEqual(data.subarray(0, data.length / 4));
    expect(warnings.map(({ code }) => code)).toEqual(['image_truncated']);
  });

  it('leaves all of a PNG whose checksums are wrong, with a warning', async () => {
    const bytes = whole();
    const firstData = 8 + 25 + 4;
    expect(String.fromCharCode(...bytes.subarray(firstData, firstData + 4))).toBe('IDAT');
    const length = new DataView(bytes.buffer).getUint32(firstData - 4);
    bytes[firstData + 4 + length] ^= 0xff;
    const { image, warnings } = await decode(bytes);
    expect(image.data).toEqual(everyAlpha().data);
    expect(warnings.map(({ code }) => code)).toEqual(['image_checksum']);
  });

  it('leaves the upper part of a truncated JPEG, with a warning', async () => {
    const photo = await jpegFile(256, 256, (context) => {
      for (let i = 0; i < 4096; i++) {
        context.fillStyle = `hsl(${String(i * 77)} 80% 50%)`;
        context.fillRect((i % 64) * 4, (i >> 6) * 4, 4, 4);
      }
    });
    const intact = (await decode(photo)).image;
    const { image, warnings } = await decode(photo.subarray(0, photo.length / 2));
    expect(image.data.subarray(0, 32_768)).toEqual(intact.data.subarray(0, 32_768));
    expect(warnings.map(({ code }) => code)).toEqual(['image_truncated']);
  });

  it('that leaves nothing is refused for good', async () => {
    const photo = await jpegFile(64, 64, () => undefined);
    const headerOnly = photo.subarray(
      0,
      photo.findIndex((byte, i) => byte === 0xff && photo[i + 1] === 0xda),
    );
    const error = await refusal(decode(headerOnly));
    expect(error).toMatchObject({ code: 'image_undecodable', retryable: false });
  });

  it('to the header that claims too many pixels is refused before anything is decoded', async () => {
    const bomb = pngFile({ width: 1, height: 1, rgba: Uint8Array.of(1, 2, 3, 4) });
    new DataView(bomb.buffer).setUint32(16, 30_000);
    new DataView(bomb.buffer).setUint32(20, 30_000);
    expect((await refusal(decode(bomb))).code).toBe('image_too_large');
  });
});

describe('encoding', () => {
  const opaque = (): PixelImage => ({
    width: 32,
    height: 32,
    data: new Uint8ClampedArray(32 * 32 * 4).map((_, i) => (i % 4 === 3 ? 255 : 120)),
  });

  it.each(['jpeg', 'webp'] as const)('writes %s', async (format) => {
    const blob = await codec.encode(opaque(), { format }, signal);
    expect(blob.type).toBe(`image/${format}`);
    expectNear(pixel((await decode(blob)).image, 16, 16), [120, 120, 120, 255]);
  });

  it('keeps alpha in webp', async () => {
    const image = opaque();
    for (let at = 3; at < image.data.length; at += 4) image.data[at] = 100;
    const blob = await codec.encode(image, { format: 'webp' }, signal);
    expectNear(pixel((await decode(blob)).image, 16, 16), [120, 120, 120, 100]);
  });
});
