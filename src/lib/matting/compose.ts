/**
 * Mask and photo into the result, in place on the decoded pixels: a 12-megapixel photo is 48 MB already.
 * Alpha is straight and colours stay the photo's own under every alpha, so edges have no dark fringe.
 */
import type { Box, Mask, PixelImage, Rgba } from './image.ts';

/** `value / 255` rounded to nearest, for 0 … 255². */
function over255(value: number): number {
  const biased = value + 128;
  return (biased + (biased >> 8)) >> 8;
}

/** Multiplies the image's own alpha by the mask, which has the image's size. */
export function applyMask(image: PixelImage, mask: Mask): void {
  const { data } = image;
  for (let i = 0, at = 3; i < mask.data.length; i++, at += 4) {
    data[at] = data[at] === 255 ? mask.data[i] : over255(data[at] * mask.data[i]);
  }
}

/** Puts the mask in the place of the image's own alpha. */
export function replaceAlpha(image: PixelImage, mask: Mask): void {
  const { data } = image;
  for (let i = 0, at = 3; i < mask.data.length; i++, at += 4) data[at] = mask.data[i];
}

/** Replaces the image by its alpha, as opaque grey. */
export function alphaToGrey(image: PixelImage): void {
  const { data } = image;
  for (let at = 0; at < data.length; at += 4) {
    data[at] = data[at + 1] = data[at + 2] = data[at + 3];
    data[at + 3] = 255;
  }
}

/** Lays the image over one colour, which may itself be translucent. */
export function paintColour(image: PixelImage, [red, green, blue, alpha]: Rgba): void {
  const { data } = image;
  for (let at = 0; at < data.length; at += 4) {
    const top = data[at + 3];
    if (top === 255) continue;
    const bottom = over255(alpha * (255 - top));
    const sum = top + bottom;
    data[at + 3] = sum;
    // Nothing shows: the photo's colour stays, which scaling blends into the edge.
    if (sum === 0) continue;
    data[at] = (data[at] * top + red * bottom) / sum;
    data[at + 1] = (data[at + 1] * top + green * bottom) / sum;
    data[at + 2] = (data[at + 2] * top + blue * bottom) / sum;
  }
}

/** Alpha above this counts as subject when cropping; below it lies the haze that models leave everywhere. */
export const SUBJECT_THRESHOLD = 12;

/**
 * The box that holds every pixel whose alpha is above `threshold` (0 … 255), grown by `marginPixels` within the
 * image; undefined when there is no such pixel.
 */
export function subjectBox(image: PixelImage, threshold: number, marginPixels: number): Box | undefined {
  const { width, height, data } = image;
  // From each side as far as the subject: what is within is not looked at.
  const reach = (y: number, from: number, to: number, step: 1 | -1) => {
    let x = from;
    while (x !== to && data[(y * width + x) * 4 + 3] <= threshold) x += step;
    return x;
  };
  const isBare = (y: number) => reach(y, 0, width, 1) === width;
  let top = 0;
  while (top < height && isBare(top)) top++;
  if (top === height) return undefined;
  let bottom = height - 1;
  while (isBare(bottom)) bottom--;
  let left = width;
  let right = -1;
  for (let y = top; y <= bottom; y++) {
    left = reach(y, 0, left, 1);
    right = reach(y, width - 1, right, -1);
  }
  left = Math.max(left - marginPixels, 0);
  top = Math.max(top - marginPixels, 0);
  return {
    left,
    top,
    width: Math.min(right + marginPixels, width - 1) - left + 1,
    height: Math.min(bottom + marginPixels, height - 1) - top + 1,
  };
}

/** Moves the box's rows to the front of the image's buffer and returns a view of them; `image` is spent. */
export function cropInPlace<B extends ArrayBufferLike>(image: PixelImage<B>, box: Box): PixelImage<B> {
  const rowBytes = box.width * 4;
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * image.width + box.left) * 4;
    image.data.copyWithin(y * rowBytes, from, from + rowBytes);
  }
  return { width: box.width, height: box.height, data: image.data.subarray(0, box.height * rowBytes) };
}
