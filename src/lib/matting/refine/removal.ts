/**
 * How far a colour model may take away what the network kept: 0 to 1 by cell. A network with one small hidden layer
 * judges it by numbers that mean the same in any photo: how far apart the two sides' colours are, where the model errs
 * on what is known, which side has this colour near by, how sure the mask is about here. It learned from drawn scenes,
 * where each part of the subject that is lost counted twice; `tests/eval/learn` makes it again.
 */
import { type Band, UNCERTAIN } from './band.ts';
import { type ColourModel, meanAlpha } from './colour-model.ts';
import { KINDS } from './evidence.ts';
import type { Grid } from './grid.ts';
import { boxMean, dilated, type Plane, plane } from './plane.ts';
import { WEIGHTS } from './removal-weights.ts';
import type { Mistakes, Setting } from './setting.ts';

/** Numbers that describe a cell. */
export const FEATURES = 21;

/** Writes what is known about a cell of the band into `row`. */
export type Describe = (cell: number, row: Float32Array) => void;

export function describer(
  setting: Setting,
  model: ColourModel,
  { falseSubject, falseBackground, residual }: Mistakes,
  evidence: Float32Array,
): Describe {
  const { grid, band } = setting;
  const prior = grid.prior.data;
  const found = foundAlpha(grid, band, model);
  const side = sides(band, evidence);
  const foundNear = boxMean(found, 2).data;
  const sideNear = boxMean(side, 2).data;
  const priorNear = boxMean(grid.prior, 3).data;
  const most = dilated(grid.prior, 6).data;
  return (cell, row) => {
    row[0] = prior[cell];
    row[1] = found.data[cell];
    row[2] = Math.min(model.distance.data[cell], 12) / 6;
    row[3] = Math.log1p(residual[cell]) / 3;
    row[4] = Math.log1p(model.fromBackground.data[cell]) / 4;
    row[5] = falseSubject[cell] * 3;
    row[6] = falseBackground[cell] * 3;
    row[7] = setting.provenSubject.data[cell];
    row[8] = setting.provenBackground.data[cell];
    row[9] = setting.mean.data[cell];
    row[10] = setting.least.data[cell];
    row[11] = most[cell];
    row[12] = setting.hesitant.data[cell];
    row[13] = side.data[cell];
    for (let kind = 0; kind < KINDS; kind++) {
      row[14 + kind] = Math.log1p(evidence[cell * KINDS + kind] * 10) / 3;
    }
    row[17] = Math.sqrt(variance(grid, cell)) * 5;
    row[18] = foundNear[cell];
    row[19] = priorNear[cell];
    row[20] = sideNear[cell];
  };
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

const INPUT = Float64Array.from(WEIGHTS.input);
const HIDDEN_OFFSET = Float64Array.from(WEIGHTS.hiddenOffset);
const OUTPUT = Float64Array.from(WEIGHTS.output);

/** The network's answer for one described cell. */
export function mayRemove(row: Float32Array): number {
  let sum: number = WEIGHTS.outputOffset;
  for (let unit = 0, at = 0; unit < OUTPUT.length; unit++) {
    let activation = HIDDEN_OFFSET[unit];
    for (let i = 0; i < FEATURES; i++, at++) activation += INPUT[at] * row[i];
    if (activation > 0) sum += OUTPUT[unit] * activation;
  }
  return 1 / (1 + Math.exp(-sum));
}
