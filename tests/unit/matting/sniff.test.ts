import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MattingError } from '#matting/errors.ts';
import { fileFormat, type RasterFormat, sniff } from '#matting/sniff.ts';
import { bytesOf, pngHeader, quarters, SVG, withWrongChecksum } from './support/files.ts';

const rules = {
  maxPixels: 1e6,
  decodable: ['jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff', 'avif', 'heic'],
} satisfies Parameters<typeof sniff>[1];
const text = (content: string) => new TextEncoder().encode(content);
const codes = (bytes: Uint8Array) => sniff(bytes, rules).warnings.map(({ code }) => code);

function refusal(bytes: Uint8Array, decodable: readonly RasterFormat[] = rules.decodable): MattingError {
  try {
    sniff(bytes, { ...rules, decodable });
  } catch (error) {
    if (error instanceof MattingError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** OS/2 and Windows bitmaps have no encoder at hand: their headers alone. */
function bmpHeader(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(54);
  bytes.set(text('BM'));
  const view = new DataView(bytes.buffer);
  view.setUint32(2, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  return bytes;
}

describe('format and size come from the bytes', () => {
  it.each([
    ['jpeg', () => quarters().jpeg()],
    ['jpeg', () => quarters().jpeg({ progressive: true })],
    ['png', () => quarters().png()],
    ['webp', () => quarters().webp()],
    ['webp', () => quarters().webp({ lossless: true })],
    ['webp', () => quarters().ensureAlpha(0.5).webp()],
    ['gif', () => quarters().gif()],
    ['tiff', () => quarters().tiff()],
    ['tiff', () => quarters().tiff({ bigtiff: true })],
    ['avif', () => quarters().avif()],
  ] as const)('%s', async (format, image) => {
    const sniffed = sniff(await bytesOf(image()), rules);
    expect(sniffed).toEqual({ format, width: 48, height: 32, animated: false, warnings: [] });
  });

  it('bmp, whose height is negative when its rows run from the top', () => {
    expect(sniff(bmpHeader(48, -32), rules)).toMatchObject({ format: 'bmp', width: 48, height: 32 });
  });

  it('finds the size behind metadata that holds a preview with a size of its own', async () => {
    const preview = await quarters().resize(8, 8).jpeg().toBuffer();
    const withPreview = quarters()
      .jpeg()
      .withExif({ IFD0: { ImageDescription: preview.toString('latin1') } });
    expect(sniff(await bytesOf(withPreview), rules)).toMatchObject({ width: 48, height: 32 });
  });
});

describe('what is refused, and why', () => {
  it('an empty file', () => {
    expect(refusal(new Uint8Array())).toMatchObject({ code: 'image_empty', retryable: false });
  });

  it.each([
    ['an SVG drawing', text(SVG)],
    ['an SVG drawing', text('\ufeff<svg/>')],
    ['a PDF document', text('%PDF-1.7\n1 0 obj')],
    ['a zip archive', text('PK\x03\x04rest')],
    ['a web page', text('<!doctype html><title>Not found</title>')],
    ['a video', text('\0\0\0\x18ftypisom\0\0\0\0isommp42')],
    ['no image that can be recognised', text('hello')],
    ['no image that can be recognised', Uint8Array.of(0xff)],
  ])('%s is named', (title, bytes) => {
    const error = refusal(bytes);
    expect(error).toMatchObject({ code: 'image_unsupported', retryable: false });
    expect(error.message).toContain(title);
  });

  it('a format that this host cannot decode, with those that it can', async () => {
    const { message } = refusal(await bytesOf(quarters().avif()), ['jpeg', 'png']);
    expect(message).toBe('The file is an AVIF image, which cannot be read here; convert it to JPEG or PNG.');
  });

  it('a header that states more pixels than allowed', () => {
    const error = refusal(pngHeader(30_000, 30_000));
    expect(error.code).toBe('image_too_large');
    expect(error.message).toContain('30000 × 30000 pixels (900 megapixels), and the limit is 1 megapixels');
  });

  it('a file that ends inside its header', async () => {
    const jpeg = await bytesOf(quarters().jpeg());
    expect(refusal(jpeg.subarray(0, 30)).code).toBe('image_undecodable');
    expect(refusal(pngHeader(0, 5)).code).toBe('image_undecodable');
  });

  it('never anything but a MattingError, whatever follows a signature', () => {
    const signatures = [
      '\xff\xd8\xff',
      '\x89PNG\r\n\x1a\n',
      'RIFF....WEBPVP8X',
      'GIF89a',
      'II*\0',
      'MM\0+',
      'BM',
    ];
    const starts = [...signatures, '\0\0\0\x18ftypavif'].map((start) => Buffer.from(start, 'latin1'));
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), (start, rest) => {
        try {
          sniff(Buffer.concat([start, rest]), { ...rules, maxPixels: Infinity });
        } catch (error) {
          expect(error).toBeInstanceOf(MattingError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('structural damage is a warning', () => {
  it('of a JPEG without its end', async () => {
    const jpeg = await bytesOf(quarters().jpeg());
    expect(codes(jpeg.subarray(0, jpeg.length - 20))).toEqual(['image_truncated']);
    expect(codes(Buffer.concat([jpeg, text('trailing bytes')]))).toEqual([]);
  });

  it('of a PNG without its end or with a wrong checksum', async () => {
    const png = await bytesOf(quarters().png());
    expect(codes(png.subarray(0, png.length - 20))).toEqual(['image_truncated']);
    expect(codes(withWrongChecksum(png, 'IDAT'))).toEqual(['image_checksum']);
    expect(sniff(withWrongChecksum(png, 'IDAT'), rules).warnings[0].message).toContain('(in IDAT)');
  });

  it('of a WebP or GIF that ends early', async () => {
    const webp = await bytesOf(quarters().webp());
    const gif = await bytesOf(quarters().gif());
    expect(codes(webp.subarray(0, webp.length - 10))).toEqual(['image_truncated']);
    expect(codes(gif.subarray(0, gif.length - 10))).toEqual(['image_truncated']);
  });

  it('of an animation, of which one frame is used', async () => {
    const frames = [quarters().png(), quarters().negate().png()].map((frame) => frame.toBuffer());
    const { default: sharp } = await import('sharp');
    const animation = sharp(await Promise.all(frames), { join: { animated: true } });
    expect(codes(await bytesOf(animation.clone().gif()))).toEqual(['image_animated']);
    expect(codes(await bytesOf(animation.clone().webp()))).toEqual(['image_animated']);
  });
});

it('recognises HEIC by its brands', () => {
  expect(fileFormat(text('\0\0\0\x18ftypheic\0\0\0\0mif1heic'))).toBe('heic');
  expect(fileFormat(text('\0\0\0\x18ftypmif1\0\0\0\0mif1avif'))).toBe('avif');
});
