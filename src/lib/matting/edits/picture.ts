import type { Box, PixelImage } from '../image.ts';
import type { Size } from './frame.ts';

/** A rectangle on the canvas, in numbers that need not be whole. */
export type Place = Box;

/** Where a picture of size `picture` lies when it covers the canvas, or is contained in it: centred, its shape kept. */
export function placeOf(picture: Size, canvas: Size, fit: 'cover' | 'contain'): Place {
  const ratios = [canvas.width / picture.width, canvas.height / picture.height];
  const scale = fit === 'cover' ? Math.max(...ratios) : Math.min(...ratios);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: (canvas.width - width) / 2, top: (canvas.height - height) / 2, width, height };
}

/**
 * Lays the image, which shows the part `box` of a canvas, over `picture`, stretched to `place` bilinearly. Nothing is
 * painted outside of `place`. A picture more than twice as large as its place would look rough: halve it before.
 */
export function paintPicture(image: PixelImage, box: Box, picture: PixelImage, place: Place): void {
  const columns = samples(box.left, box.width, place.left, place.width, picture.width);
  const rows = samples(box.top, box.height, place.top, place.height, picture.height);
  const { data } = image;
  const under = new Float64Array(4);
  for (let y = 0; y < box.height; y++) {
    if (rows.inside[y] === 0) continue;
    for (let x = 0, at = y * box.width * 4; x < box.width; x++, at += 4) {
      const top = data[at + 3];
      if (top === 255 || columns.inside[x] === 0) continue;
      sample(picture, columns.low[x], rows.low[y], columns.share[x], rows.share[y], under);
      const bottom = (under[3] * (255 - top)) / 255;
      const sum = top + bottom;
      data[at + 3] = sum;
      if (sum === 0) continue;
      data[at] = (data[at] * top + under[0] * bottom) / sum;
      data[at + 1] = (data[at + 1] * top + under[1] * bottom) / sum;
      data[at + 2] = (data[at + 2] * top + under[2] * bottom) / sum;
    }
  }
}

/** For each pixel of one side: the lesser of its two neighbours in the picture, and how much of the other it takes. */
export function samples(first: number, count: number, start: number, length: number, pixels: number) {
  const low = new Int32Array(count);
  const share = new Float32Array(count);
  const inside = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const along = (first + i + 0.5 - start) / length;
    const at = Math.min(Math.max(along * pixels - 0.5, 0), pixels - 1);
    low[i] = Math.min(Math.floor(at), Math.max(pixels - 2, 0));
    share[i] = at - low[i];
    inside[i] = along >= 0 && along <= 1 ? 1 : 0;
  }
  return { low, share, inside };
}

function sample(
  { width, height, data }: PixelImage,
  left: number,
  top: number,
  across: number,
  down: number,
  into: Float64Array,
): void {
  const a = (top * width + left) * 4;
  const b = width > 1 ? a + 4 : a;
  const below = height > 1 ? width * 4 : 0;
  for (let channel = 0; channel < 4; channel++) {
    const upper = data[a + channel] + (data[b + channel] - data[a + channel]) * across;
    const lower =
      data[a + below + channel] + (data[b + below + channel] - data[a + below + channel]) * across;
    into[channel] = upper + (lower - upper) * down;
  }
}
