import type { Layout } from '../arrange.ts';
import type { Box, Mask, PixelImage } from '../image.ts';
import { lanczosGrey } from '../resample.ts';
import { layOverShadow, softened } from '../shadow.ts';
import type { Shadow } from './edits.ts';
import type { Size } from './frame.ts';
import { samples } from './picture.ts';

/** `blur` and offsets of 1 are this share of the canvas's longer side. */
const FULL = 0.1;
/** Three box blurs of this radius have a sigma of 4.5 pixels of the small copy, whose size follows from that. */
const RADIUS = 4;
const SIGMA = 4.5;
const SMALLEST = 64;
/** Enough that a shadow without blur has a clean edge. */
export const LARGEST = 1024;

/**
 * The subject's shape on its canvas, blurred, as a small mask to be stretched over the canvas. `image` is laid out by
 * `layout`, of which it shows the part `to`.
 */
export function shadeOf(image: PixelImage, layout: Layout, from: Box, { blur }: Shadow): Mask {
  const longer = Math.max(layout.width, layout.height);
  const sigmaShare = blur * FULL;
  const wanted = sigmaShare === 0 ? LARGEST : SIGMA / sigmaShare;
  const scale = Math.min(Math.max(wanted, SMALLEST), LARGEST, longer) / longer;
  const width = Math.max(1, Math.round(layout.width * scale));
  const height = Math.max(1, Math.round(layout.height * scale));
  const part = alphaOfPart(image, from);
  const left = Math.round(layout.to.left * scale);
  const top = Math.round(layout.to.top * scale);
  const small = lanczosGrey(
    part,
    clamp(Math.round(layout.to.width * scale), 1, width - Math.min(left, width - 1)),
    clamp(Math.round(layout.to.height * scale), 1, height - Math.min(top, height - 1)),
  );
  const shape = new Uint8Array(width * height);
  for (let y = 0; y < small.height; y++) {
    const row = small.data.subarray(y * small.width, (y + 1) * small.width);
    shape.set(row, (Math.min(top, height - 1) + y) * width + Math.min(left, width - 1));
  }
  // What the copy is too coarse or too fine for, the radius makes up for.
  const radius = Math.round((RADIUS * sigmaShare * longer * scale) / SIGMA);
  return softened({ width, height, data: shape }, radius);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function alphaOfPart({ width, data }: PixelImage, box: Box): Mask {
  const alpha = new Uint8Array(box.width * box.height);
  for (let y = 0, to = 0; y < box.height; y++) {
    let at = ((box.top + y) * width + box.left) * 4 + 3;
    for (let x = 0; x < box.width; x++, to++, at += 4) alpha[to] = data[at];
  }
  return { width: box.width, height: box.height, data: alpha };
}

/** Lays the image, which shows the part `box` of a canvas of size `canvas`, over the shadow `shade`. */
export function paintShade(image: PixelImage, box: Box, canvas: Size, shade: Mask, shadow: Shadow): void {
  const unit = Math.max(canvas.width, canvas.height) * FULL;
  const columns = samples(box.left, box.width, shadow.x * unit, canvas.width, shade.width);
  const rows = samples(box.top, box.height, shadow.y * unit, canvas.height, shade.height);
  const { data } = image;
  const right = shade.width > 1 ? 1 : 0;
  const below = shade.height > 1 ? shade.width : 0;
  for (let y = 0; y < box.height; y++) {
    if (rows.inside[y] === 0) continue;
    const row = rows.low[y] * shade.width;
    for (let x = 0, at = y * box.width * 4; x < box.width; x++, at += 4) {
      if (data[at + 3] === 255 || columns.inside[x] === 0) continue;
      const i = row + columns.low[x];
      const upper = shade.data[i] + (shade.data[i + right] - shade.data[i]) * columns.share[x];
      const lower =
        shade.data[i + below] + (shade.data[i + below + right] - shade.data[i + below]) * columns.share[x];
      const value = upper + (lower - upper) * rows.share[y];
      layOverShadow(data, at, value * shadow.strength);
    }
  }
}
