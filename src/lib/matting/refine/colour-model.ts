/**
 * Two gaussians a place, one for the colours of the subject near by and one for those of the background, and the
 * direction in colour space that tells them apart best: Fisher's linear discriminant (R. A. Fisher, 1936). Along it
 * alpha is linear in colour, which is the colour-line assumption of closed-form matting (Levin, Lischinski & Weiss,
 * PAMI 2008) and of the guided filter (He, Sun & Tang, PAMI 2013); unlike the guided filter's, the line is fitted to
 * reliable pixels only, so that a blurred mask does not blur the result.
 */
import type { Grid } from './grid.ts';
import { addEnlarged, type Plane, plane, reduced } from './plane.ts';

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
  const front = neighbourhoods(grid, subject);
  const back = neighbourhoods(grid, background);
  const means = grid.moments.slice(0, 3).map((moment) => reduced(moment));
  const half = FIELDS.map(() => plane(means[0].width, means[0].height));
  const solver = new Discriminant();
  for (let cell = 0; cell < half[0].data.length; cell++) {
    if (solver.fit(front, back, cell)) store(half, solver, means, cell);
  }
  const [red, green, blue, offset, distance, residual, fromBackground] = half.map((small) => {
    const target = plane(grid.width, grid.height);
    addEnlarged(small, target, 1);
    return target;
  });
  return { red, green, blue, offset, distance, residual, fromBackground };
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

function store(half: readonly Plane[], solver: Discriminant, means: readonly Plane[], cell: number): void {
  const { normal, distance, back, gap } = solver;
  const off: Triple = [
    means[0].data[cell] - back[0],
    means[1].data[cell] - back[1],
    means[2].data[cell] - back[2],
  ];
  const alpha = Math.min(Math.max(dot(normal, off), 0), 1);
  const beside: Triple = [off[0] - alpha * gap[0], off[1] - alpha * gap[1], off[2] - alpha * gap[2]];
  half[0].data[cell] = normal[0];
  half[1].data[cell] = normal[1];
  half[2].data[cell] = normal[2];
  half[3].data[cell] = -dot(normal, back);
  half[4].data[cell] = distance;
  half[5].data[cell] = solver.pooled.form(beside);
  half[6].data[cell] = solver.behind.form(off);
}

/**
 * Weighted sums of weight and moments, for every second cell in both directions, over a neighbourhood that grows
 * until it finds something.
 */
function neighbourhoods({ moments }: Grid, weight: Plane): Float32Array[] {
  return [spread(reduced(weight)), ...moments.map((moment) => spread(reduced(moment, weight)))];
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

type Triple = [number, number, number];

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** A symmetric 3 × 3 matrix's inverse. */
class Inverse {
  #rows: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];

  /** False for a matrix that has none. */
  of(xx: number, xy: number, xz: number, yy: number, yz: number, zz: number): boolean {
    const a = yy * zz - yz * yz;
    const b = xz * yz - xy * zz;
    const c = xy * yz - xz * yy;
    const determinant = xx * a + xy * b + xz * c;
    if (!(determinant > 0)) return false;
    const f = 1 / determinant;
    this.#rows = [
      a * f,
      b * f,
      c * f,
      (xx * zz - xz * xz) * f,
      (xy * xz - xx * yz) * f,
      (xx * yy - xy * xy) * f,
    ];
    return true;
  }

  times(v: Triple): Triple {
    const [a, b, c, d, e, f] = this.#rows;
    return [a * v[0] + b * v[1] + c * v[2], b * v[0] + d * v[1] + e * v[2], c * v[0] + e * v[1] + f * v[2]];
  }

  form(v: Triple): number {
    return dot(v, this.times(v));
  }
}

/** Scratch for one cell at a time. */
class Discriminant {
  /** Alpha's gradient in colour space. */
  normal: Triple = [0, 0, 0];
  back: Triple = [0, 0, 0];
  /** From the background's mean to the subject's. */
  gap: Triple = [0, 0, 0];
  distance = 0;
  readonly pooled = new Inverse();
  readonly behind = new Inverse();

  fit(front: readonly Float32Array[], back: readonly Float32Array[], cell: number): boolean {
    const f = front[0][cell];
    const b = back[0][cell];
    if (f < LEAST_WEIGHT || b < LEAST_WEIGHT) return false;
    const fore: Triple = [front[1][cell] / f, front[2][cell] / f, front[3][cell] / f];
    this.back = [back[1][cell] / b, back[2][cell] / b, back[3][cell] / b];
    const own = covariance(back, b, this.back, cell);
    const other = covariance(front, f, fore, cell);
    if (!this.behind.of(...own)) return false;
    const both = own.map((value, i) => (value + other[i]) / 2) as typeof own;
    if (!this.pooled.of(...both)) return false;
    this.gap = [fore[0] - this.back[0], fore[1] - this.back[1], fore[2] - this.back[2]];
    const direction = this.pooled.times(this.gap);
    const squared = dot(direction, this.gap);
    if (!(squared > 1e-6)) return false;
    this.distance = Math.sqrt(squared);
    this.normal = [direction[0] / squared, direction[1] / squared, direction[2] / squared];
    return true;
  }
}

/** Below the coarsest level's share of a single reliable cell. */
const LEAST_WEIGHT = 1e-12;

function covariance(
  sums: readonly Float32Array[],
  weight: number,
  mean: Triple,
  cell: number,
): [number, number, number, number, number, number] {
  const at = (k: number, i: number, j: number) => sums[k][cell] / weight - mean[i] * mean[j];
  return [
    Math.max(at(4, 0, 0), 0) + NOISE,
    at(5, 0, 1),
    at(6, 0, 2),
    Math.max(at(7, 1, 1), 0) + NOISE,
    at(8, 1, 2),
    Math.max(at(9, 2, 2), 0) + NOISE,
  ];
}
