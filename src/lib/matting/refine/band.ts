/** What of a coarse mask is certain: the rest is the band that refinement may change. */
import { dilated, eroded, type Plane } from './plane.ts';

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
  const make = (value: (cell: number) => number): Plane => ({
    width,
    height,
    data: Float32Array.from(state, (_, cell) => value(cell)),
  });
  for (let cell = 0; cell < state.length; cell++) {
    if (inner[cell] >= SUBJECT) state[cell] = CERTAIN_SUBJECT;
    else if (wide[cell] <= BACKGROUND) state[cell] = CERTAIN_BACKGROUND;
  }
  return {
    state,
    subject: make((cell) => (inner[cell] >= SUBJECT ? 1 : 0)),
    // Just outside the mask there may be hair, so what is farther away counts ten times as much.
    background: make((cell) => (wide[cell] <= BACKGROUND ? 1 : near[cell] <= BACKGROUND ? 0.1 : 0)),
    provenSubject: make((cell) => (deep[cell] >= SUBJECT ? 1 : 0)),
    provenBackground: make((cell) => (wide[cell] <= BACKGROUND || near[cell] <= 0.01 ? 1 : 0)),
  };
}
