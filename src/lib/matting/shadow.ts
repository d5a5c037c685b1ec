/**
 * A soft shadow of the subject's shape, a little below it. It is so soft that computing it on a small copy shows no
 * difference.
 */
import { alphaOf } from './arrange.ts';
import type { Mask, PixelImage } from './image.ts';
import { lanczosGrey } from './resample.ts';

/** Longer side of the small copy. */
const SMALL = 256;
/** Three box blurs of this radius: a sigma of about 1.7 % of the longer side. */
const RADIUS = 4;
/** How far below the subject, as a share of the longer side. */
const DROP = 0.015;
/** Of the shadow where the subject is opaque, 0 to 1. */
const STRENGTH = 0.5;

/** Lays the image over its own shadow, in place. */
export function paintShadow(image: PixelImage): void {
  const { width, height, data } = image;
  const shade = lanczosGrey(softened(reduced(alphaOf(image)), RADIUS), width, height).data;
  const drop = Math.round(Math.max(width, height) * DROP);
  for (let y = 0, at = 0; y < height; y++) {
    const from = (y - drop) * width;
    for (let x = 0; x < width; x++, at += 4) {
      if (data[at + 3] === 255 || y < drop) continue;
      layOverShadow(data, at, shade[from + x] * STRENGTH);
    }
  }
}

/** Lays the RGBA pixel at `at` over black of the alpha `shadow` (0 to 255), in place. */
export function layOverShadow(data: PixelImage['data'], at: number, shadow: number): void {
  const top = data[at + 3];
  const sum = top + (shadow * (255 - top)) / 255;
  data[at + 3] = sum;
  // Nothing shows: the photo's colour stays.
  if (Math.round(sum) === 0) return;
  const share = top / sum;
  data[at] *= share;
  data[at + 1] *= share;
  data[at + 2] *= share;
}

function reduced(alpha: Mask): Mask {
  const scale = Math.min(1, SMALL / Math.max(alpha.width, alpha.height));
  const width = Math.max(1, Math.round(alpha.width * scale));
  const height = Math.max(1, Math.round(alpha.height * scale));
  return lanczosGrey(alpha, width, height);
}

/** Blurred three times by boxes of 2 `radius` + 1 pixels; beyond the edges there is nothing. */
export function softened({ width, height, data }: Mask, radius: number): Mask {
  const values = Float32Array.from(data);
  const other = new Float32Array(values.length);
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) boxBlurLine(values, other, y * width, 1, width, radius);
    for (let x = 0; x < width; x++) boxBlurLine(other, values, x, width, height, radius);
  }
  return { width, height, data: Uint8Array.from(values, Math.round) };
}

/** A running sum; beyond the ends there is nothing. */
function boxBlurLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  const at = (i: number) => (i < 0 || i >= length ? 0 : from[start + i * step]);
  let sum = 0;
  for (let i = -radius; i < radius; i++) sum += at(i);
  for (let i = 0; i < length; i++) {
    sum += at(i + radius);
    to[start + i * step] = sum / (2 * radius + 1);
    sum -= at(i - radius);
  }
}
