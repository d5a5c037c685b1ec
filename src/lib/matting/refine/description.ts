/**
 * What is known about each cell of the band, in numbers that mean the same in any photo: how far apart the two sides'
 * colours are, where the model errs on what is known, which side has this colour near by, how sure the mask is about
 * here.
 */
import { type Band, UNCERTAIN } from './band.ts';
import { type ColourModel, meanAlpha } from './colour-model.ts';
import { FOUR, placeOf } from './dense-layers.ts';
import { KINDS } from './evidence.ts';
import type { Grid } from './grid.ts';
import { boxMean, dilated, type Plane, plane } from './plane.ts';
import type { Mistakes, Setting } from './setting.ts';

/** Numbers that describe a cell. */
export const FEATURES = 21;

export interface Description {
  /** The cells of the band that are in question. */
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
  const cells = cellsInQuestion(setting, found.data);
  const numbers = new Float32Array(Math.ceil(cells.length / FOUR) * FOUR * FEATURES);
  const table = { cells, numbers };
  put(table, 0, grid.prior.data);
  put(table, 1, found.data);
  put(table, 2, model.distance.data, 1 / 6, 2);
  putLogarithm(table, 3, residual, 1 / 3);
  putLogarithm(table, 4, model.fromBackground.data, 1 / 4);
  put(table, 5, falseSubject, 3);
  put(table, 6, falseBackground, 3);
  put(table, 7, setting.provenSubject.data);
  put(table, 8, setting.provenBackground.data);
  put(table, 9, setting.mean.data);
  put(table, 10, setting.least.data);
  put(table, 11, dilated(grid.prior, 6).data);
  put(table, 12, setting.hesitant.data);
  put(table, 13, side.data);
  for (let kind = 0; kind < KINDS; kind++) {
    putLogarithm(table, 14 + kind, evidence, 1 / 3, { factor: 10, stride: KINDS, from: kind });
  }
  putSpread(table, 17, grid);
  put(table, 18, boxMean(found, 2).data);
  put(table, 19, boxMean(grid.prior, 3).data);
  put(table, 20, boxMean(side, 2).data);
  return table;
}

/** `values` × `scale` of each cell, at most `most`. One plain loop a number: a function a cell takes five times as long. */
function put(
  { cells, numbers }: Description,
  feature: number,
  values: Float32Array,
  scale = 1,
  most = Infinity,
): void {
  for (let n = 0; n < cells.length; n++) {
    numbers[placeOf(n, feature, FEATURES)] = Math.min(values[cells[n]] * scale, most);
  }
}

function putLogarithm(
  { cells, numbers }: Description,
  feature: number,
  values: Float32Array,
  scale: number,
  { factor, stride, from } = { factor: 1, stride: 1, from: 0 },
): void {
  for (let n = 0; n < cells.length; n++) {
    const value = values[cells[n] * stride + from] * factor;
    numbers[placeOf(n, feature, FEATURES)] = Math.log1p(value) * scale;
  }
}

/** Standard deviation of the colours within a cell, over all channels. */
function putSpread({ cells, numbers }: Description, feature: number, grid: Grid): void {
  for (let n = 0; n < cells.length; n++) {
    numbers[placeOf(n, feature, FEATURES)] = Math.sqrt(variance(grid, cells[n])) * 5;
  }
}

/** Less than this share of the subject's colour is none: not even a hair. */
const NO_COLOUR = 0.02;

/** Of the band: about half of it is background both to the mask and to the colours, and stays that. */
function cellsInQuestion({ band, kept }: Setting, found: Float32Array): Int32Array {
  const { state } = band;
  const cells = new Int32Array(state.length);
  let count = 0;
  for (let cell = 0; cell < state.length; cell++) {
    if (state[cell] !== UNCERTAIN) continue;
    if (kept.data[cell] > 0 || found[cell] > NO_COLOUR) cells[count++] = cell;
  }
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
