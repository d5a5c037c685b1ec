/**
 * How far a colour model may overrule the network, from 0 to 1, by cell. A model has to prove itself on pixels whose
 * answer is known: on grass or stripes it fails there, and the network's mask stays.
 */
import { type ColourModel, meanAlpha } from './colour-model.ts';
import type { Description } from './description.ts';
import type { Grid } from './grid.ts';
import { LINK, touchingSubject } from './islands.ts';
import { type Plane, plane, ramp } from './plane.ts';
import { mayRemove } from './removal.ts';
import { type Mistakes, NOTHING, type Setting } from './setting.ts';

export interface Trust {
  /** Where the model sees more of the subject than the network does. */
  readonly add: Plane;
  /** Where it sees less. */
  readonly remove: Plane;
  /** Share of a guess at alpha that replaces the network's, and the guess times its share. */
  readonly own: Plane;
  readonly guess: Plane;
}

/** The two sides' means are closer than this many deviations: colours tell nothing. */
const INDISTINCT = 0.5;

export function trustOf(
  setting: Setting,
  model: ColourModel,
  mistakes: Mistakes,
  described: Description,
): Trust {
  const { grid } = setting;
  const removable = mayRemove(described);
  const add = plane(grid.width, grid.height);
  const remove = plane(grid.width, grid.height);
  for (const [n, cell] of described.cells.entries()) {
    const distance = model.distance.data[cell];
    if (distance < INDISTINCT) continue;
    const known = ramp(1.5, 3, distance / (1 + Math.max(0, mistakes.residual[cell] - 10) / 10));
    const honest = ramp(0.06, 0.015, mistakes.falseSubject[cell]);
    add.data[cell] = known * honest * ramp(0, 0.05, setting.mean.data[cell]);
    if (grid.prior.data[cell] < NOTHING) continue;
    remove.data[cell] = ramp(INDISTINCT, 2 * INDISTINCT, distance) * removable[n];
  }
  dropIslands(grid, model, add);
  const none = plane(grid.width, grid.height);
  return { add, remove, own: none, guess: none };
}

/** Nothing is added that does not touch the subject: specks and things in the background that look like it. */
function dropIslands(grid: Grid, model: ColourModel, add: Plane): void {
  const touching = touchingSubject(
    grid.prior,
    (cell) => add.data[cell] > LINK && add.data[cell] * meanAlpha(grid, model, cell) > LINK,
  );
  for (let cell = 0; cell < add.data.length; cell++) add.data[cell] *= touching.data[cell];
}
