/**
 * How far a colour model may overrule the network, from 0 to 1, by cell. A model has to prove itself on pixels whose
 * answer is known: on grass or stripes it fails there, and the network's mask stays.
 */
import type { Band } from './band.ts';
import type { ColourModel } from './colour-model.ts';
import type { Grid } from './grid.ts';
import { boxMean, clamp, dilated, eroded, type Plane, plane, ramp } from './plane.ts';

export interface Trust {
  /** Where the model sees more of the subject than the network does. */
  readonly add: Plane;
  /** Where it sees less. */
  readonly remove: Plane;
}

/** Cells about a place over which a model is checked. */
const CHECK_RADIUS = 16;

/** What the network's mask alone says about every cell; the same for each model that is tried. */
export interface Setting {
  readonly grid: Grid;
  readonly band: Band;
  /** 1 near anything that the network sees, 0 far from it. */
  readonly near: Plane;
  /** 1 next to background. */
  readonly open: Plane;
  /** 0 where the network hesitates over a whole area: colour alone does not take away a grey shirt before grey. */
  readonly narrow: Plane;
  /** Share of proven cells near by. */
  readonly provenSubject: Plane;
  readonly provenBackground: Plane;
}

export function settingOf(grid: Grid, band: Band): Setting {
  const { prior } = grid;
  const hesitant = map(prior, (m) => (m > 0.15 && m < 0.9 ? 1 : 0));
  return {
    grid,
    band,
    near: map(boxMean(prior, 12), (mean) => ramp(0, 0.05, mean)),
    open: map(eroded(prior, 6), (least) => ramp(0.3, 0.1, least)),
    narrow: map(boxMean(hesitant, 8), (share) => ramp(0.9, 0.6, share)),
    provenSubject: boxMean(band.provenSubject, CHECK_RADIUS),
    provenBackground: boxMean(band.provenBackground, CHECK_RADIUS),
  };
}

function map({ width, height, data }: Plane, value: (v: number) => number): Plane {
  return { width, height, data: data.map(value) };
}

export function trustOf(setting: Setting, model: ColourModel): Trust {
  const { grid, near, open, narrow } = setting;
  const { falseSubject, falseBackground } = mistakes(setting, model);
  const residual = boxMean(model.residual, 1).data;
  const add = plane(grid.width, grid.height);
  const remove = plane(grid.width, grid.height);
  for (let cell = 0; cell < add.data.length; cell++) {
    const distance = model.distance.data[cell];
    const known = ramp(1.5, 3, distance / (1 + Math.max(0, residual[cell] - 10) / 10));
    if (known === 0) continue;
    add.data[cell] = known * ramp(0.06, 0.015, falseSubject[cell]) * near.data[cell];
    // Next to background anything may go; farther inside only what looks just like it, such as between spokes.
    const hole =
      ramp(12, 5, model.fromBackground.data[cell]) *
      ramp(3, 6, distance) *
      ramp(0.08, 0.02, falseBackground[cell]);
    const wrong = ramp(0.3, 0.1, falseBackground[cell]);
    remove.data[cell] = known * narrow.data[cell] * wrong * Math.max(open.data[cell], hole);
  }
  dropIslands(grid, model, add);
  return { add, remove };
}

/** Alpha that the model gives to a cell's middle pixel. */
export function alphaAt(grid: Grid, model: ColourModel, cell: number): number {
  const { point } = grid;
  return clamp(
    model.red.data[cell] * point[cell * 3] +
      model.green.data[cell] * point[cell * 3 + 1] +
      model.blue.data[cell] * point[cell * 3 + 2] +
      model.offset.data[cell],
  );
}

/** Mean alpha that the model gives to proven background near by, and what it takes from proven subject. */
function mistakes({ grid, band, provenSubject, provenBackground }: Setting, model: ColourModel) {
  const subject = plane(grid.width, grid.height);
  const background = plane(grid.width, grid.height);
  for (let cell = 0; cell < subject.data.length; cell++) {
    const alpha = model.distance.data[cell] === 0 ? 0.5 : alphaAt(grid, model, cell);
    subject.data[cell] = alpha * band.provenBackground.data[cell];
    background.data[cell] = (1 - alpha) * band.provenSubject.data[cell];
  }
  const share = (wrong: Plane, all: Plane) =>
    boxMean(wrong, CHECK_RADIUS).data.map((sum, cell) => sum / (all.data[cell] + 0.01));
  return {
    falseSubject: share(subject, provenBackground),
    falseBackground: share(background, provenSubject),
  };
}

/** The network is sure enough of these cells for others to hang on to them. */
const ROOT = 0.3;
/** Average alpha of a cell that still conducts: a single hair. */
const LINK = 0.1;

/** Nothing is added that does not touch the subject: specks and things in the background that look like it. */
function dropIslands(grid: Grid, model: ColourModel, add: Plane): void {
  const { width, height, prior, moments } = grid;
  const kept = plane(width, height);
  const stack: number[] = [];
  const conducts = (cell: number) => {
    const alpha =
      model.red.data[cell] * moments[0].data[cell] +
      model.green.data[cell] * moments[1].data[cell] +
      model.blue.data[cell] * moments[2].data[cell] +
      model.offset.data[cell];
    return Math.max(prior.data[cell], add.data[cell] * alpha) > LINK;
  };
  const keep = (cell: number) => {
    kept.data[cell] = 1;
    stack.push(cell);
  };
  prior.data.forEach((value, cell) => {
    if (value > ROOT) keep(cell);
  });
  for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
    const x = cell % width;
    const y = (cell - x) / width;
    for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++) {
      for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
        const next = v * width + u;
        if (kept.data[next] === 0 && conducts(next)) keep(next);
      }
    }
  }
  const margin = dilated(kept, 1).data;
  for (let cell = 0; cell < margin.length; cell++) add.data[cell] *= margin[cell];
}
