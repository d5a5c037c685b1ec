/**
 * Two gaussians a place, one for the colours of the subject near by and one for those of the background, and the
 * direction in colour space that tells them apart best: Fisher's linear discriminant (R. A. Fisher, 1936). Along it
 * alpha is linear in colour, which is the colour-line assumption of closed-form matting (Levin, Lischinski & Weiss,
 * PAMI 2008) and of the guided filter (He, Sun & Tang, PAMI 2013); unlike the guided filter's, the line is fitted to
 * reliable pixels only, so that a blurred mask does not blur the result.
 */
import type { Grid } from './grid.ts';
import { addEnlarged, clamp, type Plane, plane, reduced, weightOf } from './plane.ts';

/** A place's alpha is `red r + green g + blue b + offset`, channels as 0 to 1. */
export interface ColourModel {
  readonly red: Plane;
  readonly green: Plane;
  readonly blue: Plane;
  readonly offset: Plane;
  /** Distance between the two means in standard deviations; 0 where there is no model. */
  readonly distance: Plane;
  /** Squared distance of the cell's colour from the line between the means, in the same units. */
  readonly residual: Plane;
  /** Squared distance of the cell's colour from the background's mean, in the background's own deviations. */
  readonly fromBackground: Plane;
}

/** Each coarser level of the neighbourhood counts this much less: the nearest reliable pixels decide. */
const DECAY = 0.05;
/** Steps of halving, from every second cell on, that a neighbourhood spans at least and at most. */
const FINEST = 2;
const COARSEST = 6;
/** Variance added to every channel: about the noise of a sensor, (2.5 / 255)². */
const NOISE = 1e-4;

export function fitColours(grid: Grid, subject: Plane, background: Plane): ColourModel {
  const means = grid.moments.slice(0, 3).map((moment) => reduced(moment));
  const half = FIELDS.map(() => plane(means[0].width, means[0].height));
  const fit = new CellFit(neighbourhoods(grid, subject), neighbourhoods(grid, background), means, half);
  for (let cell = 0; cell < half[0].data.length; cell++) fit.at(cell);
  const [red, green, blue, offset, distance, residual, fromBackground] = half.map((small) => {
    const target = plane(grid.width, grid.height);
    addEnlarged(small, target, 1);
    return target;
  });
  return { red, green, blue, offset, distance, residual, fromBackground };
}

function alphaOf(model: ColourModel, cell: number, red: number, green: number, blue: number): number {
  return clamp(
    model.red.data[cell] * red +
      model.green.data[cell] * green +
      model.blue.data[cell] * blue +
      model.offset.data[cell],
  );
}

/** Alpha that the model gives to a cell's mean colour. */
export function meanAlpha({ moments: [r, g, b] }: Grid, model: ColourModel, cell: number): number {
  return alphaOf(model, cell, r.data[cell], g.data[cell], b.data[cell]);
}

/** Alpha that the model gives to a cell's middle pixel. */
export function pointAlpha({ point }: Grid, model: ColourModel, cell: number): number {
  return alphaOf(model, cell, point[cell * 3], point[cell * 3 + 1], point[cell * 3 + 2]);
}

/** Alpha within this many standard deviations of 0 or 1 is taken for noise. */
const NOISE_DEVIATIONS = 1;

/** What is cut off at either end of a model's alpha; what is left is stretched to 0 to 1. */
export function noiseCut(distance: number): number {
  return distance > 0 ? Math.min(NOISE_DEVIATIONS / distance, 0.45) : 0.45;
}

/** Alpha that a photo's pixel gets from the model, of a cell's middle pixel: without its noise. */
export function cleanAlpha(grid: Grid, model: ColourModel, cell: number): number {
  const cut = noiseCut(model.distance.data[cell]);
  return clamp((pointAlpha(grid, model, cell) - cut) / (1 - 2 * cut));
}

const FIELDS = [
  'red',
  'green',
  'blue',
  'offset',
  'distance',
  'residual',
  'fromBackground',
] as const satisfies readonly (keyof ColourModel)[];

/**
 * Weighted sums of weight and moments, for every second cell in both directions, over a neighbourhood that grows
 * until it finds something.
 */
function neighbourhoods({ moments }: Grid, weight: Plane): Float32Array[] {
  const by = weightOf(weight);
  return [spread(reduced(weight)), ...moments.map((moment) => spread(reduced(moment, by)))];
}

/** Sum of blurs, from narrow to wide, each weighing `DECAY` of the one before; by way of a pyramid. */
function spread(source: Plane): Float32Array {
  const levels: Plane[] = [source];
  for (let level = 1; level <= COARSEST; level++) {
    const finer = levels[level - 1];
    if (Math.min(finer.width, finer.height) < 2) break;
    levels.push(reduced(finer));
  }
  for (let level = levels.length - 1; level > FINEST; level--) {
    addEnlarged(levels[level], levels[level - 1], DECAY);
  }
  for (let level = Math.min(FINEST, levels.length - 1); level > 0; level--) {
    levels[level - 1].data.fill(0);
    addEnlarged(levels[level], levels[level - 1], 1);
  }
  return levels[0].data;
}

/** Below the coarsest level's share of a single reliable cell. */
const LEAST_WEIGHT = 1e-12;

/** A symmetric 3 × 3 matrix is six numbers here: xx xy xz yy yz zz. */
const MATRIX = 6;

/** Fits one cell at a time; all scratch is its own, since an array a cell costs more than the arithmetic. */
class CellFit {
  readonly #front: readonly Float32Array[];
  readonly #back: readonly Float32Array[];
  readonly #means: readonly Plane[];
  readonly #fields: readonly Float32Array[];
  readonly #fore = new Float64Array(3);
  readonly #behind = new Float64Array(3);
  /** From the background's mean to the subject's, and from it to the cell's own colour. */
  readonly #gap = new Float64Array(3);
  readonly #off = new Float64Array(3);
  readonly #ownCovariance = new Float64Array(MATRIX);
  readonly #pooled = new Float64Array(MATRIX);
  readonly #inverse = new Float64Array(MATRIX);

  constructor(
    front: readonly Float32Array[],
    back: readonly Float32Array[],
    means: readonly Plane[],
    fields: readonly Plane[],
  ) {
    this.#front = front;
    this.#back = back;
    this.#means = means;
    this.#fields = fields.map(({ data }) => data);
  }

  /** Leaves the cell's fields at 0 where either side has no sample, or the two have the same colours. */
  at(cell: number): void {
    if (this.#front[0][cell] < LEAST_WEIGHT || this.#back[0][cell] < LEAST_WEIGHT) return;
    gaussian(this.#front, cell, this.#fore, this.#pooled);
    gaussian(this.#back, cell, this.#behind, this.#ownCovariance);
    for (let i = 0; i < MATRIX; i++) this.#pooled[i] = (this.#pooled[i] + this.#ownCovariance[i]) / 2;
    for (let c = 0; c < 3; c++) {
      this.#gap[c] = this.#fore[c] - this.#behind[c];
      this.#off[c] = this.#means[c].data[cell] - this.#behind[c];
    }
    if (!invert(this.#ownCovariance, this.#inverse)) return;
    const fromBackground = form(this.#inverse, this.#off);
    if (!invert(this.#pooled, this.#inverse)) return;
    const squared = form(this.#inverse, this.#gap);
    if (!(squared > 1e-6)) return;
    this.#fields[6][cell] = fromBackground;
    this.#discriminate(cell, squared);
  }

  #discriminate(cell: number, squared: number): void {
    const [gap, off, fields, inverse] = [this.#gap, this.#off, this.#fields, this.#inverse];
    const x = (inverse[0] * gap[0] + inverse[1] * gap[1] + inverse[2] * gap[2]) / squared;
    const y = (inverse[1] * gap[0] + inverse[3] * gap[1] + inverse[4] * gap[2]) / squared;
    const z = (inverse[2] * gap[0] + inverse[4] * gap[1] + inverse[5] * gap[2]) / squared;
    const alpha = clamp(x * off[0] + y * off[1] + z * off[2]);
    for (let c = 0; c < 3; c++) off[c] -= alpha * gap[c];
    fields[0][cell] = x;
    fields[1][cell] = y;
    fields[2][cell] = z;
    fields[3][cell] = -(x * this.#behind[0] + y * this.#behind[1] + z * this.#behind[2]);
    fields[4][cell] = Math.sqrt(squared);
    fields[5][cell] = form(inverse, off);
  }
}

/** Mean and covariance of weighted samples. */
function gaussian(sums: readonly Float32Array[], cell: number, mean: Float64Array, covariance: Float64Array) {
  const scale = 1 / sums[0][cell];
  const r = sums[1][cell] * scale;
  const g = sums[2][cell] * scale;
  const b = sums[3][cell] * scale;
  mean[0] = r;
  mean[1] = g;
  mean[2] = b;
  covariance[0] = Math.max(sums[4][cell] * scale - r * r, 0) + NOISE;
  covariance[1] = sums[5][cell] * scale - r * g;
  covariance[2] = sums[6][cell] * scale - r * b;
  covariance[3] = Math.max(sums[7][cell] * scale - g * g, 0) + NOISE;
  covariance[4] = sums[8][cell] * scale - g * b;
  covariance[5] = Math.max(sums[9][cell] * scale - b * b, 0) + NOISE;
}

/** False for a matrix that has no inverse. */
function invert(m: Float64Array, to: Float64Array): boolean {
  const a = m[3] * m[5] - m[4] * m[4];
  const b = m[2] * m[4] - m[1] * m[5];
  const c = m[1] * m[4] - m[2] * m[3];
  const determinant = m[0] * a + m[1] * b + m[2] * c;
  if (!(determinant > 0)) return false;
  const factor = 1 / determinant;
  to[0] = a * factor;
  to[1] = b * factor;
  to[2] = c * factor;
  to[3] = (m[0] * m[5] - m[2] * m[2]) * factor;
  to[4] = (m[1] * m[2] - m[0] * m[4]) * factor;
  to[5] = (m[0] * m[3] - m[1] * m[1]) * factor;
  return true;
}

/** vᵀ M v */
function form(m: Float64Array, v: Float64Array): number {
  return (
    m[0] * v[0] * v[0] +
    m[3] * v[1] * v[1] +
    m[5] * v[2] * v[2] +
    2 * (m[1] * v[0] * v[1] + m[2] * v[0] * v[2] + m[4] * v[1] * v[2])
  );
}
