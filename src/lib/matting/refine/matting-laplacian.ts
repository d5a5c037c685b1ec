/**
 * The matting Laplacian of Levin, Lischinski & Weiss ("A Closed-Form Solution to Natural Image Matting", PAMI 2008),
 * for unknown pixels only: known ones move to the right-hand side.
 */
import type { PixelImage } from '../image.ts';
import type { Steps } from '../steps.ts';
import { UNKNOWN } from './trimap.ts';

/** A sparse symmetric system A α = b. */
export interface System {
  /** Pixel of each unknown. */
  readonly pixels: Int32Array;
  /** A's rows: the unknown at each place of a 5 × 5 neighbourhood, -1 for none, and its coefficient. */
  readonly columns: Int32Array;
  readonly values: Float32Array;
  readonly right: Float32Array;
}

/** Coefficients a row. */
export const ROW = 25;
export const DIAGONAL = 12;

/** Variance (of colours from 0 to 1) added to a window's own; PyMatting's. */
const EPSILON = 1e-7;
const WINDOW = 9;

export function* mattingLaplacian(image: PixelImage, trimap: Uint8Array): Steps<System> {
  const { width, height } = image;
  const index = new Int32Array(trimap.length).fill(-1);
  let count = 0;
  for (let i = 0; i < trimap.length; i++) if (trimap[i] === UNKNOWN) index[i] = count++;
  const system: System = {
    pixels: new Int32Array(count),
    columns: new Int32Array(count * ROW).fill(-1),
    values: new Float32Array(count * ROW),
    right: new Float32Array(count),
  };
  for (let i = 0; i < trimap.length; i++) {
    if (index[i] >= 0) place(system, index, i, width, height);
  }
  const affinity = new WindowAffinity(image);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const centre = y * width + x;
      if (affinity.offsets.some((offset) => index[centre + offset] >= 0)) {
        addWindow(system, trimap, index, affinity, centre);
      }
    }
    yield;
  }
  return system;
}

function place({ pixels, columns }: System, index: Int32Array, pixel: number, width: number, height: number) {
  const row = index[pixel];
  pixels[row] = pixel;
  const x = pixel % width;
  const y = (pixel - x) / width;
  for (let dy = -2, at = row * ROW; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++, at++) {
      const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
      if (inside) columns[at] = index[pixel + dy * width + dx];
    }
  }
}

/** Each pair of a 3 × 3 window: δij − (1 + (Ii − μ)ᵀ (Σ + ε/9)⁻¹ (Ij − μ)) / 9. */
function addWindow(
  { values, right }: System,
  trimap: Uint8Array,
  index: Int32Array,
  affinity: WindowAffinity,
  centre: number,
): void {
  affinity.look(centre);
  for (let i = 0; i < WINDOW; i++) {
    const row = index[centre + affinity.offsets[i]];
    if (row < 0) continue;
    for (let j = 0; j < WINDOW; j++) {
      const pixel = centre + affinity.offsets[j];
      const value = (i === j ? 1 : 0) - affinity.of(i, j);
      if (index[pixel] < 0) right[row] -= (value * trimap[pixel]) / 255;
      else values[row * ROW + between(i, j)] += value;
    }
  }
}

/** Where in its 5 × 5 neighbourhood the window's pixel i finds its pixel j. */
function between(i: number, j: number): number {
  return (Math.floor(j / 3) - Math.floor(i / 3) + 2) * 5 + (j % 3) - (i % 3) + 2;
}

/** One 3 × 3 window at a time. */
class WindowAffinity {
  readonly offsets: readonly number[];
  readonly #colours: Uint8ClampedArray;
  /** Colours less their mean, and the same times the inverse covariance. */
  readonly #off = new Float64Array(WINDOW * 3);
  readonly #scaled = new Float64Array(WINDOW * 3);

  constructor({ width, data }: PixelImage) {
    this.#colours = data;
    this.offsets = Array.from({ length: WINDOW }, (_, k) => (Math.floor(k / 3) - 1) * width + (k % 3) - 1);
  }

  look(centre: number): void {
    const off = this.#off;
    for (let c = 0; c < 3; c++) {
      let mean = 0;
      for (let k = 0; k < WINDOW; k++) {
        off[k * 3 + c] = this.#colours[(centre + this.offsets[k]) * 4 + c] / 255;
        mean += off[k * 3 + c] / WINDOW;
      }
      for (let k = 0; k < WINDOW; k++) off[k * 3 + c] -= mean;
    }
    this.#scale();
  }

  of(i: number, j: number): number {
    const a = this.#off;
    const b = this.#scaled;
    const product = a[i * 3] * b[j * 3] + a[i * 3 + 1] * b[j * 3 + 1] + a[i * 3 + 2] * b[j * 3 + 2];
    return (1 + product) / WINDOW;
  }

  #scale(): void {
    const off = this.#off;
    let [xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0];
    for (let k = 0; k < off.length; k += 3) {
      xx += off[k] * off[k];
      xy += off[k] * off[k + 1];
      xz += off[k] * off[k + 2];
      yy += off[k + 1] * off[k + 1];
      yz += off[k + 1] * off[k + 2];
      zz += off[k + 2] * off[k + 2];
    }
    // All times 9, which the inverse takes back below.
    xx += EPSILON;
    yy += EPSILON;
    zz += EPSILON;
    const a = yy * zz - yz * yz;
    const b = xz * yz - xy * zz;
    const c = xy * yz - xz * yy;
    const d = xx * zz - xz * xz;
    const e = xy * xz - xx * yz;
    const f = xx * yy - xy * xy;
    const factor = WINDOW / (xx * a + xy * b + xz * c);
    for (let k = 0; k < off.length; k += 3) {
      const [x, y, z] = [off[k], off[k + 1], off[k + 2]];
      this.#scaled[k] = (a * x + b * y + c * z) * factor;
      this.#scaled[k + 1] = (b * x + d * y + e * z) * factor;
      this.#scaled[k + 2] = (c * x + e * y + f * z) * factor;
    }
  }
}
