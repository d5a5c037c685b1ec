import {
  MIME_TYPES,
  type DecodeLimits,
  type Decoded,
  type EncodeTarget,
  type ImageCodec,
} from '#matting/codec.ts';
import { MattingError, throwIfAborted, toMattingError, type MattingWarning } from '#matting/errors.ts';
import type { PixelImage } from '#matting/image.ts';
import { sniff, type RasterFormat } from '#matting/sniff.ts';
import { DECODABLE } from '../images/decodable.ts';
import { openHeic } from '../images/heic.ts';
import { encodePixels } from './codec/encode.ts';
import { isOpaque } from './codec/opaque.ts';
import { readPixels } from './codec/pixels.ts';
import { repair } from './codec/repair.ts';
import { macrotask } from '../macrotask.ts';

/** `ImageCodec` by the browser's own decoders and encoders. For a worker: it needs OffscreenCanvas and no page. */
export function createBrowserCodec(): ImageCodec {
  return { decode, encode };
}

async function decode(blob: Blob, { maxPixels }: DecodeLimits, signal: AbortSignal): Promise<Decoded> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  throwIfAborted(signal);
  const { format, warnings } = sniff(bytes, { maxPixels, decodable: DECODABLE });
  const { bitmap, repaired } = await openLeniently(bytes, format);
  try {
    throwIfAborted(signal);
    const image = await readPixels(bitmap, isOpaque(bytes, format));
    await macrotask();
    throwIfAborted(signal);
    return { image, warnings: repaired ? withDamage(warnings) : [...warnings] };
  } finally {
    bitmap.close();
  }
}

async function openLeniently(bytes: Uint8Array<ArrayBuffer>, format: RasterFormat) {
  try {
    return { bitmap: await openBitmap(bytes, format), repaired: false };
  } catch (strict) {
    const mended = repair(bytes, format);
    if (mended === undefined) throw undecodable(strict, format);
    try {
      return { bitmap: await openBitmap(mended, format), repaired: true };
    } catch (cause) {
      throw undecodable(cause, format);
    }
  }
}

/** Upright, in sRGB, straight alpha: the browser applies EXIF orientation and the embedded profile. */
async function openBitmap(bytes: Uint8Array<ArrayBuffer>, format: RasterFormat): Promise<ImageBitmap> {
  const options = { imageOrientation: 'from-image', premultiplyAlpha: 'none' } as const;
  if (format === 'heic') return openHeic(bytes, options);
  return createImageBitmap(new Blob([bytes], { type: `image/${format}` }), options);
}

function undecodable(cause: unknown, format: RasterFormat): MattingError {
  const sentence = `Nothing of this ${format.toUpperCase()} image could be decoded; export or download it again.`;
  return toMattingError(cause, 'image_undecodable', sentence);
}

/** The sniffer has usually named the damage already. */
function withDamage(warnings: readonly MattingWarning[]): MattingWarning[] {
  if (warnings.some(({ code }) => code !== 'image_animated')) return [...warnings];
  const message = 'The image is damaged and was decoded as far as possible.';
  return [...warnings, { code: 'image_damaged', message }];
}

async function encode(image: PixelImage, to: EncodeTarget, signal: AbortSignal): Promise<Blob> {
  await macrotask();
  throwIfAborted(signal);
  const blob = await encodePixels(image, to).catch((cause: unknown) => {
    const size = `${String(image.width)} × ${String(image.height)} pixels`;
    throw toMattingError(
      cause,
      'encode_failed',
      `The result (${size}) could not be written as ${to.format}.`,
    );
  });
  throwIfAborted(signal);
  // A browser that lacks an encoder silently writes PNG instead (Safari: WebP).
  if (blob.type === MIME_TYPES[to.format]) return blob;
  throw new MattingError('encode_failed', `This browser cannot write ${to.format}; choose png.`);
}
