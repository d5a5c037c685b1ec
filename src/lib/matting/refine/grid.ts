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
  const grid: Grid = {
    width,
    height,
    prior: plane(width, height),
    moments: Array.from({ length: MOMENTS }, () => plane(width, height)),
    point: new Float32Array(width * height * 3),
  };
  const columns = positions(width, image.width);
  const rows = positions(height, image.height);
  for (let j = 0; j < rows.length; j++) sampleRow(image, mask, rows[j] * image.width, columns, grid, j);
  return grid;
}

/** Pixel positions of all samples along one side. */
function positions(cells: number, pixels: number): Int32Array {
  return Int32Array.from({ length: cells * SAMPLES }, (_, i) =>
    Math.floor(((i + 0.5) * pixels) / (cells * SAMPLES)),
  );
}

const WEIGHT = 1 / (SAMPLES * SAMPLES);

/** Adds sample row `j` to its row of cells. */
function sampleRow(
  { data }: PixelImage,
  mask: Mask,
  row: number,
  columns: Int32Array,
  { width, prior, moments, point }: Grid,
  j: number,
): void {
  const [r, g, b, rr, rg, rb, gg, gb, bb] = moments.map((moment) => moment.data);
  const isMiddle = j % SAMPLES === SAMPLES >> 1;
  const first = Math.floor(j / SAMPLES) * width;
  for (let i = 0; i < columns.length; i++) {
    const cell = first + Math.floor(i / SAMPLES);
    const pixel = row + columns[i];
    const red = data[pixel * 4] / 255;
    const green = data[pixel * 4 + 1] / 255;
    const blue = data[pixel * 4 + 2] / 255;
    prior.data[cell] += (mask.data[pixel] / 255) * WEIGHT;
    r[cell] += red * WEIGHT;
    g[cell] += green * WEIGHT;
    b[cell] += blue * WEIGHT;
    rr[cell] += red * red * WEIGHT;
    rg[cell] += red * green * WEIGHT;
    rb[cell] += red * blue * WEIGHT;
    gg[cell] += green * green * WEIGHT;
    gb[cell] += green * blue * WEIGHT;
    bb[cell] += blue * blue * WEIGHT;
    if (isMiddle && i % SAMPLES === SAMPLES >> 1) {
      point[cell * 3] = red;
      point[cell * 3 + 1] = green;
      point[cell * 3 + 2] = blue;
    }
  }
}
