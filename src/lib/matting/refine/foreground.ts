/**
 * The subject's own colours where the background shines through, so that a cutout carries no spill of the old
 * background: Germer, Uelwer, Conrad & Harmeling, "Fast Multi-Level Foreground Estimation", ICPR 2020 (in PyMatting
 * `estimate_foreground_ml`). The levels end at a working size; from there on every pixel is solved by itself against
 * the enlarged estimate, as in Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021. Time and memory
 * then depend on the edge's length, not on the photo's size.
 */
import type { Mask, PixelImage } from '../image.ts';

/** Longer side of the finest level, pixels. */
const SIDE = 384;
/** Weight of the smoothness term, and of what alpha's gradient adds to it; the paper's values. */
const SMOOTH = 1e-5;
const EDGE = 1;
/** Sweeps over levels of up to 32 pixels and over larger ones; the paper's. */
const SMALL_SIDE = 32;
const SMALL_SWEEPS = 10;
const LARGE_SWEEPS = 2;
/** How far a single pixel follows its own equation (1) rather than the smooth estimate. */
const PRIOR = 0.1;

/** Alpha and interleaved RGB of subject and background, all 0 to 1. */
interface Level {
  readonly width: number;
  readonly height: number;
  readonly alpha: Float32Array;
  readonly image: Float32Array;
  readonly front: Float32Array;
  readonly back: Float32Array;
}

/** Replaces, in place, the image's colours by the subject's own wherever `alpha` lies between 0 and 255. */
export function estimateForeground(image: PixelImage, alpha: Mask): void {
  if (isCertain(alpha)) return;
  const longer = Math.max(image.width, image.height);
  const finest = Math.min(1, SIDE / longer);
  const levels = Math.max(Math.ceil(Math.log2(longer * finest)), 1);
  let level: Level | undefined;
  for (let step = 0; step <= levels; step++) {
    const scale = finest * (longer * finest) ** (step / levels - 1);
    const next = sampled(image, alpha, scale);
    begin(next, level);
    const sweeps = Math.max(next.width, next.height) <= SMALL_SIDE ? SMALL_SWEEPS : LARGE_SWEEPS;
    for (let sweep = 0; sweep < sweeps; sweep++) relax(next);
    level = next;
  }
  if (level) solvePixels(image, alpha, level);
}

function isCertain({ data }: Mask): boolean {
  for (let pixel = 0; pixel < data.length; pixel++) if (data[pixel] > 0 && data[pixel] < 255) return false;
  return true;
}

/** Nearest pixels, as PyMatting takes them. */
function sampled(image: PixelImage, mask: Mask, scale: number): Level {
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const alpha = new Float32Array(width * height);
  const colours = new Float32Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * image.height) / height) * image.width;
    for (let x = 0; x < width; x++, to++) {
      const from = row + Math.floor(((x + 0.5) * image.width) / width);
      alpha[to] = mask.data[from] / 255;
      for (let c = 0; c < 3; c++) colours[to * 3 + c] = image.data[from * 4 + c] / 255;
    }
  }
  const empty = () => new Float32Array(colours.length);
  return { width, height, alpha, image: colours, front: empty(), back: empty() };
}

/** Starts from the coarser level, or from the image's own colours; where alpha is certain, the colour is known. */
function begin(level: Level, coarser: Level | undefined): void {
  const { width, height, alpha, image, front, back } = level;
  front.set(image);
  back.set(image);
  if (!coarser) return;
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * coarser.height) / height) * coarser.width;
    for (let x = 0; x < width; x++, to++) {
      const from = (row + Math.floor(((x + 0.5) * coarser.width) / width)) * 3;
      if (alpha[to] !== 1) copyColour(coarser.front, from, front, to * 3);
      if (alpha[to] !== 0) copyColour(coarser.back, from, back, to * 3);
    }
  }
}

function copyColour(from: Float32Array, at: number, to: Float32Array, place: number): void {
  to[place] = from[at];
  to[place + 1] = from[at + 1];
  to[place + 2] = from[at + 2];
}

/**
 * One sweep: each pixel's two colours from its own equation and its four neighbours, in closed form. Where alpha is
 * certain and so is everything around, there is nothing to separate.
 */
function relax(level: Level): void {
  const { width, height, alpha } = level;
  const around = new Int32Array(4);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const own = alpha[i];
      around[0] = x > 0 ? i - 1 : i;
      around[1] = x < width - 1 ? i + 1 : i;
      around[2] = y > 0 ? i - width : i;
      around[3] = y < height - 1 ? i + width : i;
      const flat =
        alpha[around[0]] === own &&
        alpha[around[1]] === own &&
        alpha[around[2]] === own &&
        alpha[around[3]] === own;
      if (flat && (own === 0 || own === 1)) continue;
      relaxPixel(level, i, own, around);
    }
  }
}

function relaxPixel({ alpha, image, front, back }: Level, i: number, own: number, around: Int32Array): void {
  const rest = 1 - own;
  let total = 0;
  let [fr, fg, fb, br, bg, bb] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < 4; k++) {
    const j = around[k];
    const weight = SMOOTH + EDGE * Math.abs(own - alpha[j]);
    total += weight;
    fr += weight * front[j * 3];
    fg += weight * front[j * 3 + 1];
    fb += weight * front[j * 3 + 2];
    br += weight * back[j * 3];
    bg += weight * back[j * 3 + 1];
    bb += weight * back[j * 3 + 2];
  }
  // (own² + total) F + own rest B = own I + Σ w F, and likewise for B; the determinant is never 0.
  const ff = own * own + total;
  const cross = own * rest;
  const behind = rest * rest + total;
  const scale = 1 / (ff * behind - cross * cross);
  const solve = (c: number, sumF: number, sumB: number) => {
    const right = own * image[i * 3 + c] + sumF;
    const other = rest * image[i * 3 + c] + sumB;
    front[i * 3 + c] = clamp01((behind * right - cross * other) * scale);
    back[i * 3 + c] = clamp01((ff * other - cross * right) * scale);
  };
  solve(0, fr, br);
  solve(1, fg, bg);
  solve(2, fb, bb);
}

function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

/** Full size: the enlarged estimate, moved onto each pixel's own equation. */
function solvePixels(image: PixelImage, mask: Mask, level: Level): void {
  const { width, height, data } = image;
  for (let y = 0, pixel = 0; y < height; y++) {
    const v = clampTo(((y + 0.5) * level.height) / height - 0.5, level.height);
    const upper = Math.min(Math.floor(v), Math.max(level.height - 2, 0));
    for (let x = 0; x < width; x++, pixel++) {
      const value = mask.data[pixel];
      if (value === 0 || value === 255) continue;
      const u = clampTo(((x + 0.5) * level.width) / width - 0.5, level.width);
      const left = Math.min(Math.floor(u), Math.max(level.width - 2, 0));
      solvePixel(data, pixel * 4, value / 255, level, left, upper, u - left, v - upper);
    }
  }
}

function clampTo(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1);
}

function solvePixel(
  data: Uint8ClampedArray,
  at: number,
  alpha: number,
  { width, height, front, back }: Level,
  left: number,
  upper: number,
  su: number,
  sv: number,
): void {
  const a = (upper * width + left) * 3;
  const right = width > 1 ? 3 : 0;
  const down = height > 1 ? width * 3 : 0;
  const rest = 1 - alpha;
  const gain = alpha / (alpha * alpha + rest * rest + PRIOR);
  // Shares of the four neighbours.
  const [p, q, r] = [(1 - su) * (1 - sv), su * (1 - sv), (1 - su) * sv];
  const s = su * sv;
  for (let c = 0, i = a; c < 3; c++, i++) {
    const own = p * front[i] + q * front[i + right] + r * front[i + down] + s * front[i + down + right];
    const other = p * back[i] + q * back[i + right] + r * back[i + down] + s * back[i + down + right];
    data[at + c] = (own + (data[at + c] / 255 - alpha * own - rest * other) * gain) * 255;
  }
}
