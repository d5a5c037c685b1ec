/**
 * What is known about each cell of the band, in numbers that mean the same in any photo: how far apart the two sides'
 * colours are, where the model errs on what is known, which side has this colour near by, how sure the mask is about
 * here.
 */
import { type Band, UNCERTAIN } from './band.ts';
import { type ColourModel, meanAlpha } from './colour-model.ts';
import { FOUR } from './dense-layers.ts';
import { KINDS } from './evidence.ts';
import type { Grid } from './grid.ts';
import { boxMean, dilated, type Plane, plane } from './plane.ts';
import type { Mistakes, Setting } from './setting.ts';

/** Numbers that describe a cell. */
export const FEATURES = 21;

export interface Description {
  /** The cells of the band. */
  readonly cells: Int32Array;
  /** Of each four cells, each number of the four side by side; the last four are filled up with zeros. */
  readonly numbers: Float32Array;
}

export function describeCells(
  setting: Setting,
  model: ColourModel,
  { falseSubject, falseBackground, residual }: Mistakes,
  evidence: Float32Array,
): Description {
  const { grid, band } = setting;
  const found = foundAlpha(grid, band, model);
  const side = sides(band, evidence);
  const cells = uncertainCells(band.state);
  const numbers = new Float32Array(Math.ceil(cells.length / FOUR) * FOUR * FEATURES);
  const { distance, fromBackground } = model;
  const fill = (feature: number, valueOf: (cell: number) => number) => {
    for (let n = 0; n < cells.length; n++) numbers[placeOf(n, feature, FEATURES)] = valueOf(cells[n]);
  };
  const copy = (feature: number, { data }: Plane) => {
    for (let n = 0; n < cells.length; n++) numbers[placeOf(n, feature, FEATURES)] = data[cells[n]];
  };
  copy(0, grid.prior);
  copy(1, found);
  fill(2, (cell) => Math.min(distance.data[cell], 12) / 6);
  fill(3, (cell) => Math.log1p(residual[cell]) / 3);
  fill(4, (cell) => Math.log1p(fromBackground.data[cell]) / 4);
  fill(5, (cell) => falseSubject[cell] * 3);
  fill(6, (cell) => falseBackground[cell] * 3);
  copy(7, setting.provenSubject);
  copy(8, setting.provenBackground);
  copy(9, setting.mean);
  copy(10, setting.least);
  copy(11, dilated(grid.prior, 6));
  copy(12, setting.hesitant);
  copy(13, side);
  for (let kind = 0; kind < KINDS; kind++) {
    fill(14 + kind, (cell) => Math.log1p(evidence[cell * KINDS + kind] * 10) / 3);
  }
  fill(17, (cell) => Math.sqrt(variance(grid, cell)) * 5);
  copy(18, boxMean(found, 2));
  copy(19, boxMean(grid.prior, 3));
  copy(20, boxMean(side, 2));
  return { cells, numbers };
}

/** Where number `i` of the `n`th cell lies, of `count` a cell. */
export const placeOf = (n: number, i: number, count: number): number =>
  (Math.trunc(n / FOUR) * count + i) * FOUR + (n % FOUR);

function uncertainCells(state: Uint8Array): Int32Array {
  const cells = new Int32Array(state.length);
  let count = 0;
  for (let cell = 0; cell < state.length; cell++) if (state[cell] === UNCERTAIN) cells[count++] = cell;
  return cells.subarray(0, count);
}

/** The model's alpha for each cell's mean colour, the network's where there is no model. */
function foundAlpha(grid: Grid, { state }: Band, model: ColourModel): Plane {
  const found = plane(grid.width, grid.height);
  for (let cell = 0; cell < state.length; cell++) {
    if (state[cell] !== UNCERTAIN) found.data[cell] = state[cell];
    else if (model.distance.data[cell] === 0) found.data[cell] = grid.prior.data[cell];
    else found.data[cell] = meanAlpha(grid, model, cell);
  }
  return found;
}

/** -1 where the colour is found in the background only, 1 where in the subject only. */
function sides({ state, subject }: Band, evidence: Float32Array): Plane {
  const side = plane(subject.width, subject.height);
  for (let cell = 0; cell < state.length; cell++) {
    const own = evidence[cell * KINDS];
    const other = evidence[cell * KINDS + 1];
    side.data[cell] = state[cell] === UNCERTAIN ? (own - other) / (own + other + 0.1) : state[cell] * 2 - 1;
  }
  return side;
}

/** Of the colours within a cell, summed over channels. */
function variance({ moments }: Grid, cell: number): number {
  const spread = (mean: number, square: number) => Math.max(0, square - mean * mean);
  return (
    spread(moments[0].data[cell], moments[3].data[cell]) +
    spread(moments[1].data[cell], moments[6].data[cell]) +
    spread(moments[2].data[cell], moments[8].data[cell])
  );
}
