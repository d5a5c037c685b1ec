/**
 * Which side has this colour, near by? A bilateral grid (Chen, Paris & Durand, "Real-time Edge-aware Image Processing
 * with the Bilateral Grid", SIGGRAPH 2007) counts the pixels of the certain subject, of the certain background and of
 * the band in bins of place and colour. Unlike one gaussian a side, it knows any number of colours.
 */
import { type Band, UNCERTAIN } from './band.ts';
import type { Grid } from './grid.ts';

/** Cells along one side of a bin. */
const PLACE = 32;
/** Bins over the whole range of luma, and bins a unit of chroma; chroma beyond ± `CHROMA_MOST` shares the last. */
const LUMA_BINS = 16;
const CHROMA_BINS = 24;
const CHROMA_MOST = 0.25;
/** What lies just outside the mask may be hair: it counts this much as background. */
const NEAR_WEIGHT = 0.3;

/** Numbers a bin, and a cell of the answer: masses of subject, background and band about it. */
export const KINDS = 3;

/** Bins along each axis of colour, and how far apart neighbours are: blue's chroma, red's, luma. */
const CHROMAS = Math.ceil(2 * CHROMA_MOST * CHROMA_BINS) + 1;
const LUMAS = LUMA_BINS + 1;
const COLOURS = CHROMAS * CHROMAS * LUMAS;
const COLOUR_AXES = [
  { bins: CHROMAS, step: CHROMAS * LUMAS },
  { bins: CHROMAS, step: LUMAS },
  { bins: LUMAS, step: 1 },
] as const;

/** `KINDS` numbers for every cell of the band that is `wanted`; 0 elsewhere. */
export function colourEvidence(grid: Grid, band: Band, wanted: Float32Array): Float32Array {
  const bins = new Bins(grid);
  const { state, subject, background } = band;
  for (let cell = 0; cell < state.length; cell++) {
    if (subject.data[cell] > 0) bins.add(cell, 0, 1);
    else if (background.data[cell] > 0) bins.add(cell, 1, background.data[cell] < 1 ? NEAR_WEIGHT : 1);
    else bins.add(cell, 2, 1);
  }
  bins.blur();
  const result = new Float32Array(state.length * KINDS);
  for (let cell = 0; cell < state.length; cell++) {
    if (state[cell] === UNCERTAIN && wanted[cell] > 0) bins.read(cell, result);
  }
  return result;
}

/**
 * All places of a colour lie side by side. Few photos have more than a tenth of all colours, so those that nothing was
 * counted in are left out of the work.
 */
class Bins {
  readonly #grid: Grid;
  /** Places across, and numbers of a colour. */
  readonly #across: number;
  readonly #block: number;
  readonly #at = new Float64Array(5);
  readonly #corner = new Int32Array(32);
  readonly #share = new Float64Array(32);
  #occupied: Uint8Array = new Uint8Array(COLOURS);
  #masses: Float32Array;

  constructor(grid: Grid) {
    const places = (cells: number) => Math.ceil(cells / PLACE) + 1;
    this.#grid = grid;
    this.#across = places(grid.width);
    this.#block = this.#across * places(grid.height) * KINDS;
    this.#masses = new Float32Array(COLOURS * this.#block);
  }

  /** Into the nearest bin. */
  add(cell: number, kind: number, weight: number): void {
    this.#locate(cell);
    const at = this.#at;
    const colour = (Math.round(at[0]) * CHROMAS + Math.round(at[1])) * LUMAS + Math.round(at[2]);
    const place = Math.round(at[4]) * this.#across + Math.round(at[3]);
    this.#masses[colour * this.#block + place * KINDS + kind] += weight;
    this.#occupied[colour] = 1;
  }

  /** [1 2 1] / 4 along every axis; nothing comes in from beyond the border. */
  blur(): void {
    const row = new Float32Array(this.#block);
    for (let colour = 0; colour < COLOURS; colour++) {
      if (this.#occupied[colour] === 0) continue;
      const own = this.#masses.subarray(colour * this.#block, (colour + 1) * this.#block);
      blurAlong(own, row, KINDS, this.#across * KINDS);
      blurAlong(row, own, this.#across * KINDS, this.#block);
    }
    let spare: Float32Array = new Float32Array(this.#masses.length);
    for (const { bins, step } of COLOUR_AXES) {
      this.#blurColours(spare, bins, step);
      [spare, this.#masses] = [this.#masses, spare];
    }
  }

  /** What lies in `to` of colours without any count is 0 from the beginning, since counts only ever spread. */
  #blurColours(to: Float32Array, bins: number, step: number): void {
    const [block, from, before] = [this.#block, this.#masses, this.#occupied];
    const after = before.slice();
    for (let colour = 0; colour < COLOURS; colour++) {
      const place = Math.floor(colour / step) % bins;
      const less = place > 0 && before[colour - step] === 1;
      const more = place < bins - 1 && before[colour + step] === 1;
      if (before[colour] === 0 && !less && !more) continue;
      after[colour] = 1;
      const start = colour * block;
      const shift = step * block;
      for (let at = start; at < start + block; at++) {
        const around = (less ? from[at - shift] : 0) + (more ? from[at + shift] : 0);
        to[at] = 0.5 * from[at] + 0.25 * around;
      }
    }
    this.#occupied = after;
  }

  /** Between bins, linearly along every axis. */
  read(cell: number, result: Float32Array): void {
    this.#locate(cell);
    const [corner, share, masses] = [this.#corner, this.#share, this.#masses];
    const block = this.#block;
    corner[0] = 0;
    share[0] = 1;
    this.#widen(0, CHROMAS, CHROMAS * LUMAS * block, 1);
    this.#widen(1, CHROMAS, LUMAS * block, 2);
    this.#widen(2, LUMAS, block, 4);
    this.#widen(3, this.#across, KINDS, 8);
    this.#widen(4, block / (this.#across * KINDS), this.#across * KINDS, 16);
    let [subject, background, band] = [0, 0, 0];
    for (let k = 0; k < 32; k++) {
      const weight = share[k];
      const from = corner[k];
      subject += weight * masses[from];
      background += weight * masses[from + 1];
      band += weight * masses[from + 2];
    }
    result[cell * KINDS] = subject;
    result[cell * KINDS + 1] = background;
    result[cell * KINDS + 2] = band;
  }

  /** Splits each of `count` corners in two along one more axis. */
  #widen(axis: number, bins: number, step: number, count: number): void {
    const [corner, share] = [this.#corner, this.#share];
    const low = Math.min(Math.floor(this.#at[axis]), bins - 2);
    const far = this.#at[axis] - low;
    for (let k = 0; k < count; k++) {
      corner[k] += low * step;
      corner[k + count] = corner[k] + step;
      share[k + count] = share[k] * far;
      share[k] *= 1 - far;
    }
  }

  #locate(cell: number): void {
    const { width, point } = this.#grid;
    const red = point[cell * 3];
    const blue = point[cell * 3 + 2];
    const luma = 0.299 * red + 0.587 * point[cell * 3 + 1] + 0.114 * blue;
    const x = cell % width;
    this.#at[0] = chromaBin((blue - luma) * 0.564);
    this.#at[1] = chromaBin((red - luma) * 0.713);
    this.#at[2] = luma * LUMA_BINS;
    this.#at[3] = x / PLACE;
    this.#at[4] = (cell - x) / (width * PLACE);
  }
}

/** Runs of `run` numbers, neighbours being `step` apart; each run has two neighbours at least. */
function blurAlong(from: Float32Array, to: Float32Array, step: number, run: number): void {
  for (let start = 0; start < from.length; start += run) {
    const last = start + run - step;
    for (let at = start; at < start + step; at++) to[at] = 0.5 * from[at] + 0.25 * from[at + step];
    for (let at = start + step; at < last; at++) {
      to[at] = 0.5 * from[at] + 0.25 * (from[at - step] + from[at + step]);
    }
    for (let at = last; at < start + run; at++) to[at] = 0.5 * from[at] + 0.25 * from[at - step];
  }
}

function chromaBin(chroma: number): number {
  return (Math.min(Math.max(chroma, -CHROMA_MOST), CHROMA_MOST) + CHROMA_MOST) * CHROMA_BINS;
}
