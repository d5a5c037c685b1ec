/**
 * The photo's own background, out of focus. The blur is so wide that computing it on a small copy shows no
 * difference, and keeps both time and memory independent of the photo's size.
 */
import type { PixelImage, RgbImage } from './image.ts';
import { lanczosRgb } from './resample.ts';

/** Longer side of the small copy. */
const SMALL = 384;
/** Three box blurs of this radius approximate a gaussian with a sigma of about 10, that is 2.7 % of the longer side. */
const RADIUS = 10;

/** A small blurred copy of the colours, for `paintBlur`; take it before the image's pixels change. */
export function blurredCopy(image: PixelImage): RgbImage {
  const scale = Math.min(1, SMALL / Math.max(image.width, image.height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const { width, height, data } = lanczosRgb(image, side(image.width), side(image.height));
  const other = new Uint8Array(data.length);
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) boxBlurLine(data, other, y * width * 3, 3, width);
    for (let x = 0; x < width; x++) boxBlurLine(other, data, x * 3, width * 3, height);
  }
  return { width, height, data };
}

/** One line of pixels by a running sum, edge pixels repeated beyond the ends. */
function boxBlurLine(from: Uint8Array, to: Uint8Array, start: number, step: number, length: number): void {
  const size = 2 * RADIUS + 1;
  const last = length - 1;
  for (let channel = start; channel < start + 3; channel++) {
    const at = (i: number) => from[channel + Math.min(Math.max(i, 0), last) * step];
    let sum = size >> 1;
    for (let i = -RADIUS; i <= RADIUS; i++) sum += at(i);
    for (let i = 0; i < length; i++) {
      to[channel + i * step] = sum / size;
      sum += at(i + RADIUS + 1) - at(i - RADIUS);
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
      const share = columns.share[x];
      for (let channel = 0; channel < 3; channel++) {
        const under = line[low + channel] * (1 - share) + line[high + channel] * share;
        data[at + channel] = data[at + channel] * opacity + under * (1 - opacity);
      }
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
