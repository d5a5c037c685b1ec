/**
 * The photo's own background, out of focus. The blur is so wide that computing it on a small copy shows no
 * difference, and keeps both time and memory independent of the photo's size. The subject has no share in it: a
 * plain blur would put a glow of the subject's colours around it.
 */
import type { Mask, PixelImage, RgbImage } from './image.ts';
import { lanczosGrey, lanczosRgb } from './resample.ts';

/** Longer side of the small copy. */
const SMALL = 384;
/** Three box blurs of this radius approximate a gaussian with a sigma of about 10, that is 2.7 % of the longer side. */
const RADIUS = 10;
/** Weight of the surest subject, so that a backdrop exists even where there is nothing else; background has 255. */
const LEAST_WEIGHT = 0.05;

/**
 * A small blurred copy of the background's colours, for `paintBlur`; take it before the image's pixels change.
 * `mask` has the image's size. `radius`: of each of the three boxes, in pixels of the copy.
 */
export function blurredBackground(image: PixelImage, mask: Mask, radius = RADIUS): RgbImage {
  const scale = Math.min(1, SMALL / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const rgb = lanczosRgb(image, width, height).data;
  const weighted = withWeights(rgb, lanczosGrey(mask, width, height).data);
  const other = new Float32Array(weighted.length);
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) boxBlurLine(weighted, other, y * width * 4, 4, width, radius);
    for (let x = 0; x < width; x++) boxBlurLine(other, weighted, x * 4, width * 4, height, radius);
  }
  for (let i = 0; i < rgb.length; i++) {
    const pixel = Math.trunc(i / 3) * 4;
    rgb[i] = Math.round(weighted[pixel + (i % 3)] / weighted[pixel + 3]);
  }
  return { width, height, data: rgb };
}

/** Colours multiplied by how much of each pixel is background, and that weight as a fourth channel. */
function withWeights(rgb: Uint8Array, mask: Uint8Array): Float32Array {
  const weighted = new Float32Array(mask.length * 4);
  for (let i = 0, at = 0, from = 0; i < mask.length; i++, at += 4, from += 3) {
    const weight = 255 - mask[i] + LEAST_WEIGHT;
    weighted[at] = rgb[from] * weight;
    weighted[at + 1] = rgb[from + 1] * weight;
    weighted[at + 2] = rgb[from + 2] * weight;
    weighted[at + 3] = weight;
  }
  return weighted;
}

/** One line of pixels by a running sum, edge pixels repeated beyond the ends. */
function boxBlurLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  const last = (length - 1) * step;
  const reach = radius * step;
  for (let channel = start; channel < start + 4; channel++) {
    let sum = 0;
    for (let at = -reach; at <= reach; at += step) sum += from[channel + Math.min(Math.max(at, 0), last)];
    for (let at = 0; at <= last; at += step) {
      to[channel + at] = sum / (2 * radius + 1);
      sum += from[channel + Math.min(at + reach + step, last)] - from[channel + Math.max(at - reach, 0)];
    }
  }
}

/** Lays the image over `backdrop`, stretched to it bilinearly. The result is opaque. */
export function paintBlur(image: PixelImage, backdrop: RgbImage): void {
  const { width, height, data } = image;
  const columns = bilinear(width, backdrop.width);
  const rows = bilinear(height, backdrop.height);
  const line = new Float32Array(backdrop.width * 3);
  for (let y = 0; y < height; y++) {
    mixRows(backdrop, rows.low[y], rows.high[y], rows.share[y], line);
    for (let x = 0, at = y * width * 4; x < width; x++, at += 4) {
      const opacity = data[at + 3] / 255;
      data[at + 3] = 255;
      if (opacity === 1) continue;
      const low = columns.low[x] * 3;
      const high = columns.high[x] * 3;
      const fromHigh = (1 - opacity) * columns.share[x];
      const fromLow = 1 - opacity - fromHigh;
      data[at] = data[at] * opacity + line[low] * fromLow + line[high] * fromHigh;
      data[at + 1] = data[at + 1] * opacity + line[low + 1] * fromLow + line[high + 1] * fromHigh;
      data[at + 2] = data[at + 2] * opacity + line[low + 2] * fromLow + line[high + 2] * fromHigh;
    }
  }
}

function mixRows(image: RgbImage, low: number, high: number, share: number, line: Float32Array): void {
  const from = low * line.length;
  const to = high * line.length;
  for (let i = 0; i < line.length; i++) {
    line[i] = image.data[from + i] * (1 - share) + image.data[to + i] * share;
  }
}

/** For each of `length` pixels: its two neighbours among `smallLength` and how much of the second it takes. */
function bilinear(length: number, smallLength: number) {
  const low = new Int32Array(length);
  const high = new Int32Array(length);
  const share = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const centre = Math.max(((i + 0.5) * smallLength) / length - 0.5, 0);
    low[i] = Math.floor(centre);
    high[i] = Math.min(low[i] + 1, smallLength - 1);
    share[i] = centre - low[i];
  }
  return { low, high, share };
}
