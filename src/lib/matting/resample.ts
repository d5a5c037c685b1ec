/**
 * Pillow's 8-bit Lanczos, bit for bit: libImaging/Resample.c (HPND licence), restated.
 * Masks that come out of any other resampler differ visibly from rembg's, so its fixed-point rounding is kept:
 * coefficients with 22 fractional bits, the horizontal pass rounded to 8 bit before the vertical one starts.
 * That order is the one of Pillow up to 12. Version 13 turns it round where the height shrinks much more than the
 * width (https://github.com/python-pillow/Pillow/pull/9549), which changes masks of tall photos by up to 18/255.
 */
import type { Mask, PixelImage, RgbImage } from './image.ts';
import { makeKernel, usedRows } from './resample/kernel.ts';
import { horizontalGrey, horizontalRgb, vertical, withoutAlpha } from './resample/scalar.ts';
import { resampleGrey, resampleRgb } from './resample/simd.ts';

/**
 * The colours of `image` (alpha ignored, as Pillow's `convert('RGB')` does) at `width` × `height`,
 * equal to `resize((width, height), Image.LANCZOS)` in every byte.
 */
export function lanczosRgb(image: PixelImage, width: number, height: number): RgbImage {
  const kernel = makeKernel(image.height, height);
  const { from, rows } = usedRows(kernel);
  const keepsHeight = height === image.height;
  if (width === image.width) {
    const rgb = withoutAlpha(image.data);
    return { width, height, data: keepsHeight ? rgb : vertical(rgb, width * 3, 0, kernel) };
  }
  const across = makeKernel(image.width, width);
  const fast = keepsHeight ? undefined : resampleRgb(image, across, kernel);
  if (fast) return { width, height, data: fast };
  const narrowed = horizontalRgb(image.data, image.width, from, rows, across);
  return { width, height, data: keepsHeight ? narrowed : vertical(narrowed, width * 3, from, kernel) };
}

/** As `lanczosRgb`, for one channel. Returns a copy even when the size stays as it is. */
export function lanczosGrey(mask: Mask, width: number, height: number): Mask {
  const kernel = makeKernel(mask.height, height);
  const { from, rows } = usedRows(kernel);
  const keepsHeight = height === mask.height;
  if (width === mask.width) {
    return { width, height, data: keepsHeight ? mask.data.slice() : vertical(mask.data, width, 0, kernel) };
  }
  const across = makeKernel(mask.width, width);
  const fast = keepsHeight ? undefined : resampleGrey(mask, across, kernel);
  if (fast) return { width, height, data: fast };
  const narrowed = horizontalGrey(mask.data, mask.width, from, rows, across);
  return { width, height, data: keepsHeight ? narrowed : vertical(narrowed, width, from, kernel) };
}
