import { EXPORT_FORMATS, type ExportFormat } from '#matting/edits/edits.ts';
import { MattingError, toMattingError } from '#matting/errors.ts';
import type { PixelImage } from '#matting/image.ts';
import { encodeInBrowser, encodePixels } from '../matting-worker/codec/encode.ts';

/** What `formats` answers is what `encodeAs` can write. @throws MattingError `encode_failed` */
export async function encodeAs(image: PixelImage, format: ExportFormat, quality: number): Promise<Blob> {
  const type = `image/${format}`;
  const blob = await write(image, format, quality).catch((cause: unknown) => {
    const size = `${String(image.width)} × ${String(image.height)} pixels`;
    throw toMattingError(cause, 'encode_failed', `The result (${size}) could not be written as ${format}.`);
  });
  // A browser that lacks an encoder silently writes another format.
  if (blob.type === type) return blob;
  throw new MattingError('encode_failed', `This browser cannot write ${format}; choose png.`);
}

function write(image: PixelImage, format: ExportFormat, quality: number): Promise<Blob> {
  if (format === 'avif') return encodeInBrowser(image, { type: 'image/avif', quality: quality / 100 });
  return encodePixels(image, { format, quality });
}

let known: Promise<ExportFormat[]> | undefined;

/** Found out by writing one pixel in each, once. */
export function findFormats(): Promise<ExportFormat[]> {
  known ??= tryFormats();
  return known;
}

async function tryFormats(): Promise<ExportFormat[]> {
  const found: ExportFormat[] = [];
  for (const format of EXPORT_FORMATS) {
    const pixel = { width: 1, height: 1, data: Uint8ClampedArray.of(255, 0, 0, 255) };
    const blob = await write(pixel, format, 90).catch(() => undefined);
    if (blob?.type === `image/${format}`) found.push(format);
  }
  return found;
}
