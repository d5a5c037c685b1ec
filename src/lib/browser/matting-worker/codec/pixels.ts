import { MattingError } from '#matting/errors.ts';
import type { PixelImage } from '#matting/image.ts';
import { readStraight } from './webgl-read.ts';

/** Rows copied at a time through a 2D canvas, so that a second whole copy of a photo is never in memory. */
const STRIP_ROWS = 512;

/**
 * The pixels of a bitmap that was made with `premultiplyAlpha: 'none'`. Opaque ones go through a 2D canvas. That
 * multiplies colours by alpha and back, which loses them where alpha is low, so others go through WebGL, which does not;
 * where there is none, colours at low alpha are approximate.
 */
export async function readPixels(bitmap: ImageBitmap, opaque: boolean): Promise<PixelImage<ArrayBuffer>> {
  return (opaque ? undefined : readStraight(bitmap)) ?? readThroughCanvas(bitmap);
}

function readThroughCanvas(bitmap: ImageBitmap): PixelImage<ArrayBuffer> {
  const { width, height } = bitmap;
  const data = new Uint8ClampedArray(width * height * 4);
  const strip = new OffscreenCanvas(width, Math.min(STRIP_ROWS, height));
  const context = strip.getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new MattingError(
      'image_undecodable',
      'This browser has no memory left for a canvas. Close other tabs.',
    );
  }
  // Copied over what is there, not blended with the strip before.
  context.globalCompositeOperation = 'copy';
  for (let top = 0; top < height; top += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - top);
    context.drawImage(bitmap, 0, -top);
    data.set(context.getImageData(0, 0, width, rows).data, top * width * 4);
  }
  // Gives the memory back now, not at the next garbage collection.
  strip.width = strip.height = 0;
  return { width, height, data };
}
