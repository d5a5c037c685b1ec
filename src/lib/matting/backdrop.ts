import { resized } from './arrange.ts';
import { cropInPlace } from './compose.ts';
import type { Box, PixelImage } from './image.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The largest centred part of `image` that has the shape of `canvas`. */
export function coveringPart(image: Size, canvas: Size): Box {
  const scale = Math.min(image.width / canvas.width, image.height / canvas.height);
  const width = Math.min(image.width, Math.max(1, Math.round(canvas.width * scale)));
  const height = Math.min(image.height, Math.max(1, Math.round(canvas.height * scale)));
  return {
    left: (image.width - width) >> 1,
    top: (image.height - height) >> 1,
    width,
    height,
  };
}

/** Lays `image` over `backdrop`, centred and scaled to fill it, its shape kept. `backdrop` is spent. */
export function paintImage(image: PixelImage, backdrop: PixelImage): void {
  const part = cropInPlace(backdrop, coveringPart(backdrop, image));
  paintUnder(image, resized(part, image.width, image.height));
}

/** Lays `image` over `under`, which has its size: straight alpha on both. */
function paintUnder(image: PixelImage, under: PixelImage): void {
  const { data } = image;
  for (let at = 0; at < data.length; at += 4) {
    const top = data[at + 3];
    if (top === 255) continue;
    const bottom = (under.data[at + 3] * (255 - top)) / 255;
    const sum = top + bottom;
    data[at + 3] = sum;
    if (sum === 0) continue;
    for (let channel = at; channel < at + 3; channel++) {
      data[channel] = (data[channel] * top + under.data[channel] * bottom) / sum;
    }
  }
}
