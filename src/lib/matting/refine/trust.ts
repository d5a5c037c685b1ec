/**
 * How far a colour model may overrule the network, from 0 to 1, by cell. A model has to prove itself on pixels whose
 * answer is known: on grass or stripes it fails there, and the network's mask stays.
 */
import { UNCERTAIN } from './band.ts';
import { type ColourModel, meanAlpha } from './colour-model.ts';
import type { Grid } from './grid.ts';
import { dilated, type Plane, plane, ramp } from './plane.ts';
import { describer, FEATURES, mayRemove } from './removal.ts';
import { mistakesOf, NOTHING, type Setting } from './setting.ts';

export interface Trust {
  /** Where the model sees more of the subject than the network does. */
  readonly add: Plane;
  /** Where it sees less. */
  readonly remove: Plane;
}

/** The two sides' means are closer than this many deviations: colours tell nothing. */
const INDISTINCT = 0.5;

export function trustOf(setting: Setting, model: ColourModel, evidence: Float32Array): Trust {
  const { grid, band } = setting;
  const mistakes = mistakesOf(setting, model);
  const describe = describer(setting, model, mistakes, evidence);
  const row = new Float32Array(FEATURES);
  const add = plane(grid.width, grid.height);
  const remove = plane(grid.width, grid.height);
  for (let cell = 0; cell < add.data.length; cell++) {
    const distance = model.distance.data[cell];
    if (band.state[cell] !== UNCERTAIN || distance < INDISTINCT) continue;
    const known = ramp(1.5, 3, distance / (1 + Math.max(0, mistakes.residual[cell] - 10) / 10));
    const honest = ramp(0.06, 0.015, mistakes.falseSubject[cell]);
    add.data[cell] = known * honest * ramp(0, 0.05, setting.mean.data[cell]);
    if (grid.prior.data[cell] < NOTHING) continue;
    describe(cell, row);
    remove.data[cell] = ramp(INDISTINCT, 2 * INDISTINCT, distance) * mayRemove(row);
  }
  dropIslands(grid, model, add);
  return { add, remove };
}

/** The network is sure enough of these cells for others to hang on to them. */
const ROOT = 0.3;
/** Average alpha of a cell that still conducts: a single hair. */
const LINK = 0.1;

/** Nothing is added that does not touch the subject: specks and things in the background that look like it. */
function dropIslands(grid: Grid, model: ColourModel, add: Plane): void {
  const { width, height, prior } = grid;
  const kept = plane(width, height);
  const stack = new Int32Array(prior.data.length);
  let size = 0;
  for (let cell = 0; cell < prior.data.length; cell++) {
    if (prior.data[cell] <= ROOT) continue;
    kept.data[cell] = 1;
    stack[size++] = cell;
  }
  while (size > 0) {
    const cell = stack[--size];
    const x = cell % width;
    const y = (cell - x) / width;
    for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++) {
      for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
        const next = v * width + u;
        if (kept.data[next] > 0 || !conducts(grid, model, add, next)) continue;
        kept.data[next] = 1;
        stack[size++] = next;
      }
    }
  }
  const margin = dilated(kept, 1).data;
  for (let cell = 0; cell < margin.length; cell++) add.data[cell] *= margin[cell];
}

function conducts(grid: Grid, model: ColourModel, add: Plane, cell: number): boolean {
  if (grid.prior.data[cell] > LINK) return true;
  return add.data[cell] > LINK && add.data[cell] * meanAlpha(grid, model, cell) > LINK;
}
