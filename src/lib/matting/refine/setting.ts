/** What is known about every cell before colours decide: from the mask, and from how a model errs on what is proven. */
import type { Band } from './band.ts';
import { type ColourModel, pointAlpha } from './colour-model.ts';
import type { Grid } from './grid.ts';
import { boxMean, dilated, eroded, type Plane, plane } from './plane.ts';

/** Cells about a place over which a model is checked. */
const CHECK_RADIUS = 16;
/** There is nothing to take away below it. */
export const NOTHING = 0.004;

/** What the network's mask alone says about every cell. */
export interface Setting {
  readonly grid: Grid;
  readonly band: Band;
  /** Of the mask: mean over 12 cells to each side, least over 6. */
  readonly mean: Plane;
  readonly least: Plane;
  /** Share of cells near by over which the network hesitates. */
  readonly hesitant: Plane;
  /** Share of proven cells near by. */
  readonly provenSubject: Plane;
  readonly provenBackground: Plane;
  /** 1 within 2 cells of what the mask keeps, so that there is something to judge. */
  readonly kept: Plane;
}

export function settingOf(grid: Grid, band: Band): Setting {
  const { prior } = grid;
  const hesitant = plane(grid.width, grid.height);
  const kept = plane(grid.width, grid.height);
  for (let cell = 0; cell < prior.data.length; cell++) {
    const alpha = prior.data[cell];
    hesitant.data[cell] = alpha > 0.15 && alpha < 0.9 ? 1 : 0;
    kept.data[cell] = alpha < NOTHING ? 0 : 1;
  }
  return {
    grid,
    band,
    mean: boxMean(prior, 12),
    least: eroded(prior, 6),
    hesitant: boxMean(hesitant, 8),
    provenSubject: boxMean(band.provenSubject, CHECK_RADIUS),
    provenBackground: boxMean(band.provenBackground, CHECK_RADIUS),
    kept: dilated(kept, 2),
  };
}

/** How far a model is to be doubted. */
export interface Mistakes {
  /** What the model gives to proven background, as a share of what is proven near by. */
  readonly falseSubject: Float32Array;
  /** What it takes from proven subject. */
  readonly falseBackground: Float32Array;
  /** Its residual, as a mean over the cell and its neighbours. */
  readonly residual: Float32Array;
}

export function mistakesOf(
  { grid, band, provenSubject, provenBackground }: Setting,
  model: ColourModel,
): Mistakes {
  const subject = plane(grid.width, grid.height);
  const background = plane(grid.width, grid.height);
  const [isSubject, isBackground] = [band.provenSubject.data, band.provenBackground.data];
  for (let cell = 0; cell < subject.data.length; cell++) {
    if (isSubject[cell] === 0 && isBackground[cell] === 0) continue;
    const alpha = model.distance.data[cell] === 0 ? 0.5 : pointAlpha(grid, model, cell);
    if (isBackground[cell] > 0) subject.data[cell] = alpha;
    if (isSubject[cell] > 0) background.data[cell] = 1 - alpha;
  }
  return {
    falseSubject: shareOf(subject, provenBackground),
    falseBackground: shareOf(background, provenSubject),
    residual: boxMean(model.residual, 1).data,
  };
}

function shareOf(wrong: Plane, all: Plane): Float32Array {
  const { data } = boxMean(wrong, CHECK_RADIUS);
  for (let cell = 0; cell < data.length; cell++) data[cell] /= all.data[cell] + 0.01;
  return data;
}
