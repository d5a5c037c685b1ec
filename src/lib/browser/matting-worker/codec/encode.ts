import { MIME_TYPES, type EncodeTarget } from '#matting/codec.ts';
import type { PixelImage } from '#matting/image.ts';
import { encodePngInWasm, ownArray } from './png-in-wasm.ts';
import { readStraight } from './webgl-read.ts';

const DEFAULT_QUALITY = 90;

/**
 * Writes straight RGBA. The browser's encoder is used for PNG when it was seen to keep colours under low alpha
 * (Chromium: 12 megapixels in 0.3 s, 6.5 MB); else the one in WebAssembly, which always does (as fast, 9.9 MB).
 */
export async function encodePixels(image: PixelImage, to: EncodeTarget): Promise<Blob> {
  const { format, quality = DEFAULT_QUALITY } = to;
  if (format === 'png' && !to.grey && !(await keepsStraightColours())) return encodePngInWasm(image);
  try {
    return await encodeInBrowser(image, { type: MIME_TYPES[format], quality: quality / 100 });
  } catch (cause) {
    // A canvas has limits of size that the encoder in WebAssembly does not have.
    if (format === 'png') return encodePngInWasm(image);
    throw cause;
  }
}

/** By way of a bitmap: a bitmap renderer hands on its pixels as they are, where a 2D canvas would premultiply them. */
export async function encodeInBrowser(image: PixelImage, options: ImageEncodeOptions): Promise<Blob> {
  const { width, height } = image;
  const pixels = new ImageData(ownArray(image), width, height);
  const bitmap = await createImageBitmap(pixels, { premultiplyAlpha: 'none' });
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('bitmaprenderer');
  if (context === null) throw new Error('There is no bitmap renderer.');
  context.transferFromImageBitmap(bitmap);
  const blob = await canvas.convertToBlob(options);
  context.transferFromImageBitmap(null);
  return blob;
}

let straight: Promise<boolean> | undefined;

/** Tries it once: every alpha over strong colours, written and read back. */
export function keepsStraightColours(): Promise<boolean> {
  straight ??= tryStraightColours().catch(() => false);
  return straight;
}

async function tryStraightColours(): Promise<boolean> {
  const size = 16;
  const data = Uint8ClampedArray.from({ length: size * size * 4 }, (_, i) =>
    i % 4 === 3 ? i >> 2 : (i * 89) & 255,
  );
  const blob = await encodeInBrowser({ width: size, height: size, data }, { type: MIME_TYPES.png });
  const bitmap = await createImageBitmap(blob, { premultiplyAlpha: 'none' });
  const back = readStraight(bitmap);
  bitmap.close();
  return back?.data.every((value, i) => value === data[i]) ?? false;
}
