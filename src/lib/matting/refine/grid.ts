/** The photo and the network's mask on a coarse grid of square cells. */
import type { Mask, PixelImage } from '../image.ts';
import { type Plane, plane } from './plane.ts';

/**
 * Cells along the longer side. Finer than this, colour statistics gain nothing and time is lost. A coarser one for small
 * photos scores the same on drawn scenes, but adds the ground under a car: all distances are counted in cells.
 */
const SIDE = 256;
/** Samples of a cell in each direction. */
const SAMPLES = 3;
/** First and second moments of three channels: r g b, rr rg rb gg gb bb. */
export const MOMENTS = 9;

export interface Grid {
  readonly width: number;
  readonly height: number;
  /** The mask, 0 to 1. */
  readonly prior: Plane;
  /** Moments of the samples of each cell, channels as 0 to 1. Averages alone would hide texture. */
  readonly moments: readonly Plane[];
  /** The sample in the middle of each cell, r g b as 0 to 1: one pixel as it is, not an average. */
  readonly point: Float32Array;
}

export function makeGrid(image: PixelImage, mask: Mask): Grid {
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const width = Math.max(2, Math.round(image.width * scale));
  const height = Math.max(2, Math.round(image.height * scale));
  const grid: Grid = {
    width,
    height,
    prior: plane(width, height),
    moments: Array.from({ length: MOMENTS }, () => plane(width, height)),
    point: new Float32Array(width * height * 3),
  };
  const columns = positions(width, image.width);
  const rows = positions(height, image.height);
  for (let y = 0; y < height; y++) {
    const lines = rows.subarray(y * SAMPLES, (y + 1) * SAMPLES).map((row) => row * image.width);
    for (let x = 0; x < width; x++) sampleCell(image, mask, lines, columns, x, grid, y * width + x);
  }
  return grid;
}

/** Pixel positions of all samples along one side. */
function positions(cells: number, pixels: number): Int32Array {
  return Int32Array.from({ length: cells * SAMPLES }, (_, i) =>
    Math.floor(((i + 0.5) * pixels) / (cells * SAMPLES)),
  );
}

/** Of a sum of samples, and of one of products of samples, each of 0 to 255. */
const SHARE = 1 / (SAMPLES * SAMPLES * 255);
const PRODUCT_SHARE = SHARE / 255;

/** Sums in whole numbers, written once: numbers on the way to memory cost more than the arithmetic. */
function sampleCell(
  { data }: PixelImage,
  mask: Mask,
  lines: Int32Array,
  columns: Int32Array,
  x: number,
  { prior, moments, point }: Grid,
  cell: number,
): void {
  let [alpha, r, g, b, rr, rg, rb, gg, gb, bb] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let j = 0; j < SAMPLES; j++) {
    for (let i = 0; i < SAMPLES; i++) {
      const pixel = lines[j] + columns[x * SAMPLES + i];
      const red = data[pixel * 4];
      const green = data[pixel * 4 + 1];
      const blue = data[pixel * 4 + 2];
      alpha += mask.data[pixel];
      r += red;
      g += green;
      b += blue;
      rr += red * red;
      rg += red * green;
      rb += red * blue;
      gg += green * green;
      gb += green * blue;
      bb += blue * blue;
    }
  }
  prior.data[cell] = alpha * SHARE;
  moments[0].data[cell] = r * SHARE;
  moments[1].data[cell] = g * SHARE;
  moments[2].data[cell] = b * SHARE;
  moments[3].data[cell] = rr * PRODUCT_SHARE;
  moments[4].data[cell] = rg * PRODUCT_SHARE;
  moments[5].data[cell] = rb * PRODUCT_SHARE;
  moments[6].data[cell] = gg * PRODUCT_SHARE;
  moments[7].data[cell] = gb * PRODUCT_SHARE;
  moments[8].data[cell] = bb * PRODUCT_SHARE;
  const middle = (lines[SAMPLES >> 1] + columns[x * SAMPLES + (SAMPLES >> 1)]) * 4;
  for (let c = 0; c < 3; c++) point[cell * 3 + c] = data[middle + c] / 255;
}
