/** What of a coarse mask is certain: the rest is the band that refinement may change. */
import { dilated, eroded, type Plane, plane } from './plane.ts';

/** The network's answers beyond these are taken as certain, unless an uncertain one is near. */
const SUBJECT = 0.95;
const BACKGROUND = 0.05;
/** Cells. Loose hair is found this far outside the mask. */
const REACH = 24;

export interface Band {
  /** Per cell: 0 certain background, 1 certain subject, 2 the band. */
  readonly state: Uint8Array;
  /** Weight as a sample of the subject's colours, and of the background's. */
  readonly subject: Plane;
  readonly background: Plane;
  /** Cells that surely show the subject, or the background, for checking a model; 0 or 1. */
  readonly provenSubject: Plane;
  readonly provenBackground: Plane;
}

export const CERTAIN_BACKGROUND = 0;
export const CERTAIN_SUBJECT = 1;
export const UNCERTAIN = 2;

export function findBand(prior: Plane): Band {
  const { width, height } = prior;
  const inner = eroded(prior, 1).data;
  const deep = eroded(prior, 3).data;
  const near = dilated(prior, 2).data;
  const wide = dilated(prior, REACH).data;
  const state = new Uint8Array(width * height).fill(UNCERTAIN);
  const band: Band = {
    state,
    subject: plane(width, height),
    background: plane(width, height),
    provenSubject: plane(width, height),
    provenBackground: plane(width, height),
  };
  for (let cell = 0; cell < state.length; cell++) {
    const inside = inner[cell] >= SUBJECT;
    const outside = wide[cell] <= BACKGROUND;
    if (inside) state[cell] = CERTAIN_SUBJECT;
    else if (outside) state[cell] = CERTAIN_BACKGROUND;
    band.subject.data[cell] = inside ? 1 : 0;
    // Just outside the mask there may be hair, so what is farther away counts ten times as much.
    band.background.data[cell] = outside ? 1 : near[cell] <= BACKGROUND ? 0.1 : 0;
    band.provenSubject.data[cell] = deep[cell] >= SUBJECT ? 1 : 0;
    band.provenBackground.data[cell] = outside || near[cell] <= 0.01 ? 1 : 0;
  }
  return band;
}
