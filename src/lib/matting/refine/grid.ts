/** The photo and the network's mask on a coarse grid of square cells. */
import type { Mask, PixelImage } from '../image.ts';
import { type Plane, plane } from './plane.ts';

/** Cells along the longer side. Finer than this, colour statistics gain nothing and time is lost. */
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
  const moments = Array.from({ length: MOMENTS }, () => plane(width, height));
  const point = new Float32Array(width * height * 3);
  const columns = positions(width, image.width);
  const rows = positions(height, image.height);
  const prior = plane(width, height);
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      sampleCell(image, mask, { x, y, cell, columns, rows }, moments, prior);
      const middle = (rows[y * SAMPLES + 1] * image.width + columns[x * SAMPLES + 1]) * 4;
      for (let c = 0; c < 3; c++) point[cell * 3 + c] = image.data[middle + c] / 255;
    }
  }
  return { width, height, prior, moments, point };
}

/** Pixel positions of all samples along one side. */
function positions(cells: number, pixels: number): Int32Array {
  return Int32Array.from({ length: cells * SAMPLES }, (_, i) =>
    Math.floor(((i + 0.5) * pixels) / (cells * SAMPLES)),
  );
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

const WEIGHT = 1 / (SAMPLES * SAMPLES);

function sampleCell(
  image: PixelImage,
  mask: Mask,
  { x, y, cell, columns, rows }: Cell,
  moments: readonly Plane[],
  prior: Plane,
): void {
  let [r, g, b, rr, rg, rb, gg, gb, bb, m] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let j = 0; j < SAMPLES; j++) {
    const row = rows[y * SAMPLES + j] * image.width;
    for (let i = 0; i < SAMPLES; i++) {
      const pixel = row + columns[x * SAMPLES + i];
      const red = image.data[pixel * 4] / 255;
      const green = image.data[pixel * 4 + 1] / 255;
      const blue = image.data[pixel * 4 + 2] / 255;
      r += red;
      g += green;
      b += blue;
      rr += red * red;
      rg += red * green;
      rb += red * blue;
      gg += green * green;
      gb += green * blue;
      bb += blue * blue;
      m += mask.data[pixel];
    }
  }
  prior.data[cell] = (m / 255) * WEIGHT;
  const sums = [r, g, b, rr, rg, rb, gg, gb, bb];
  for (let k = 0; k < MOMENTS; k++) moments[k].data[cell] = sums[k] * WEIGHT;
}
