import sharp, { type Sharp } from 'sharp';
import {
  type DecodeLimits,
  type Decoded,
  type EncodeTarget,
  type ImageCodec,
  MIME_TYPES,
} from '#matting/codec.ts';
import { MattingError, type MattingWarning, throwIfAborted, toMattingError } from '#matting/errors.ts';
import type { PixelImage } from '#matting/image.ts';
import { type RasterFormat, type Sniffed, sniff } from '#matting/sniff.ts';
import { encodePng, PNG_LEVEL } from './png.ts';

/** What the prebuilt libvips reads. HEIC needs a patented decoder, BMP an ImageMagick: it has neither. */
export const DECODABLE = [
  'jpeg',
  'png',
  'webp',
  'gif',
  'tiff',
  'avif',
] as const satisfies readonly RasterFormat[];

const DEFAULT_QUALITY = { webp: 90, jpeg: 90 };
/** 217 ms a megapixel; libwebp's own default, 4, takes 334 ms for 2 % less. */
const WEBP_EFFORT = 2;

// Its cache is of use to files that are opened again, which none is here.
sharp.cache(false);

export function createSharpCodec(): ImageCodec {
  return { decode, encode };
}

async function decode(blob: Blob, limits: DecodeLimits, signal: AbortSignal): Promise<Decoded> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  throwIfAborted(signal);
  const sniffed = sniff(bytes, { maxPixels: limits.maxPixels, decodable: DECODABLE });
  const decoded = await decodeStrictlyThenLeniently(bytes, sniffed, limits);
  throwIfAborted(signal);
  return decoded;
}

async function decodeStrictlyThenLeniently(
  bytes: Uint8Array,
  sniffed: Sniffed,
  limits: DecodeLimits,
): Promise<Decoded> {
  const { warnings } = sniffed;
  try {
    return { image: await pixels(bytes, limits, 'warning'), warnings: [...warnings] };
  } catch (strict) {
    try {
      const image = await pixels(bytes, limits, 'none');
      return { image, warnings: warnings.some(isDamage) ? [...warnings] : [...warnings, damaged(strict)] };
    } catch (cause) {
      throw toMattingError(
        cause,
        'image_undecodable',
        `Nothing of this ${sniffed.format.toUpperCase()} image could be decoded; export or download it again.`,
      );
    }
  }
}

const isDamage = ({ code }: MattingWarning) => code !== 'image_animated';

function damaged(cause: unknown): MattingWarning {
  const detail = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return {
    code: 'image_damaged',
    message: `The image is damaged and was decoded as far as possible (${detail.trim()}).`,
  };
}

/** Upright 8-bit sRGB with alpha. Embedded profiles are applied, since the result carries none. */
async function pixels(
  bytes: Uint8Array,
  { maxPixels }: DecodeLimits,
  failOn: 'warning' | 'none',
): Promise<PixelImage> {
  const { data, info } = await sharp(bytes, { failOn, limitInputPixels: maxPixels, autoOrient: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 4) throw new Error(`decoded to ${info.channels} channels instead of 4`);
  return {
    width: info.width,
    height: info.height,
    data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength),
  };
}

async function encode(image: PixelImage, to: EncodeTarget, signal: AbortSignal): Promise<Blob> {
  throwIfAborted(signal);
  try {
    const png = to.format === 'png' && !to.grey ? await encodePng(image) : undefined;
    const parts = png ?? [await toFormat(source(image, to), to).toBuffer()];
    return new Blob(parts as Uint8Array<ArrayBuffer>[], { type: MIME_TYPES[to.format] });
  } catch (cause) {
    throw toMattingError(
      cause,
      'encode_failed',
      `The result (${image.width} × ${image.height} pixels) could not be written as ${to.format}.`,
    );
  }
}

function source({ width, height, data }: PixelImage, { format, grey }: EncodeTarget): Sharp {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const raw = sharp(bytes, { raw: { width, height, channels: 4 }, limitInputPixels: false });
  if (grey) return raw.extractChannel(0);
  return format === 'jpeg' ? raw.removeAlpha() : raw;
}

function toFormat(image: Sharp, { format, quality }: EncodeTarget): Sharp {
  switch (format) {
    case 'png':
      return image.png({ compressionLevel: PNG_LEVEL });
    case 'webp':
      // exact: colours under a zero alpha are kept, as in png.
      return image.webp({
        quality: quality ?? DEFAULT_QUALITY.webp,
        alphaQuality: 100,
        exact: true,
        effort: WEBP_EFFORT,
      });
    case 'jpeg':
      return image.jpeg({ quality: quality ?? DEFAULT_QUALITY.jpeg });
    default:
      throw new MattingError('encode_failed', `There is no encoder for ${String(format satisfies never)}.`);
  }
}
