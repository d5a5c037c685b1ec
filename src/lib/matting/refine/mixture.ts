/**
 * Alpha of a cell as a mixture of three answers: the network's mask, what the colours near by say, and a guess of its
 * own. A small network of two hidden layers chooses their shares from the numbers that describe the cell, from its
 * colour, and from what the large network's features say about it, which know what the place belongs to: the gaps of a
 * chair and a grey shirt have the same colours. It learned from drawn scenes, and from cut-outs of photos and portraits
 * before photos (`tests/eval/learn/mixture`).
 */
import type { Features } from '../features/features.ts';
import { LEARNED } from '../features/learned.ts';
import { unpacked } from '../features/packed.ts';
import { cleanAlpha, type ColourModel } from './colour-model.ts';
import { FOUR, placeOf, runLayers, type DenseLayer } from './dense-layers.ts';
import { type Description, FEATURES as DESCRIPTION } from './description.ts';
import type { Grid } from './grid.ts';
import { LINK, touchingSubject } from './islands.ts';
import { clamp, plane } from './plane.ts';
import type { Survey } from './survey.ts';
import type { Trust } from './trust.ts';

/** Of the network's outputs: shares of mask, colours and guess before they are normalised, and the guess. */
const OUTPUTS = 4;
const COLOURS = 3;
/** Shares never reach 0 or 1, so the mixture is stretched by this much beyond both ends, and cut off. */
const STRETCH = 0.02;

const LAYERS = LEARNED.layers.map(({ numbers, ...layer }): DenseLayer => ({
  ...layer,
  numbers: unpacked(numbers),
}));

/** As trust in the colours, and a guess with its share. Nothing of cells that are certain. */
export function mixtureOf({ grid, model, described, judged }: Survey, features: Features): Trust {
  const { cells } = described;
  const found = foundAlpha(grid, model, cells);
  const output = runLayers(LAYERS, inputOf(grid, described, { judged, found, features }));
  const trust = plane(grid.width, grid.height);
  const own = plane(grid.width, grid.height);
  const guess = plane(grid.width, grid.height);
  for (let n = 0; n < cells.length; n++) {
    const at = placeOf(n, 0, OUTPUTS);
    const most = Math.max(output[at], output[at + FOUR], output[at + 2 * FOUR]);
    // A driver may answer with what is no number: the mask stays there.
    if (!Number.isFinite(most)) continue;
    const mask = Math.exp(output[at] - most);
    const colours = Math.exp(output[at + FOUR] - most);
    const itself = Math.exp(output[at + 2 * FOUR] - most);
    const all = (1 + 2 * STRETCH) / (mask + colours + itself);
    const cell = cells[n];
    trust.data[cell] = model.distance.data[cell] === 0 ? 0 : colours * all;
    own.data[cell] = itself * all - 2 * STRETCH;
    guess.data[cell] = (itself * all) / (1 + Math.exp(-output[at + 3 * FOUR])) - STRETCH;
  }
  const mixture = { add: trust, remove: trust, own, guess };
  dropIslands(grid, cells, found, mixture);
  return mixture;
}

/** What the colours say of each cell in the band; the mask where they say nothing. */
function foundAlpha(grid: Grid, model: ColourModel, cells: Int32Array): Float32Array {
  const found = grid.prior.data.slice();
  for (const cell of cells) {
    if (model.distance.data[cell] > 0) found[cell] = cleanAlpha(grid, model, cell);
  }
  return found;
}

/** Where the subject would grow, it has to touch it. */
function dropIslands(grid: Grid, cells: Int32Array, found: Float32Array, { add, own, guess }: Trust): void {
  const { data: prior } = grid.prior;
  const mixed = (cell: number) =>
    prior[cell] +
    (found[cell] - prior[cell]) * add.data[cell] +
    guess.data[cell] -
    own.data[cell] * prior[cell];
  const touching = touchingSubject(grid.prior, (cell) => mixed(cell) > LINK).data;
  for (const cell of cells) {
    if (touching[cell] > 0 || mixed(cell) <= prior[cell]) continue;
    add.data[cell] = own.data[cell] = guess.data[cell] = 0;
  }
}

interface Answers {
  readonly judged: Trust;
  readonly found: Float32Array;
  readonly features: Features;
}

/** What describes a cell, its colour, what rules and judge make of it, and the features. In groups of four cells. */
function inputOf(
  grid: Grid,
  { cells, numbers }: Description,
  { judged, found, features }: Answers,
): Float32Array {
  const own = DESCRIPTION + COLOURS + 1;
  const inputs = own + features.channels;
  const all = new Float32Array(Math.ceil(cells.length / FOUR) * FOUR * inputs);
  for (let from = 0, to = 0; from < numbers.length; from += DESCRIPTION * FOUR, to += inputs * FOUR) {
    all.set(numbers.subarray(from, from + DESCRIPTION * FOUR), to);
  }
  const prior = grid.prior.data;
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n];
    const at = placeOf(n, DESCRIPTION, inputs);
    for (let c = 0; c < COLOURS; c++) all[at + c * FOUR] = grid.moments[c].data[cell];
    const gap = found[cell] - prior[cell];
    all[at + COLOURS * FOUR] = prior[cell] + gap * (gap > 0 ? judged.add : judged.remove).data[cell];
  }
  sample(features, grid, cells, all, { own, inputs });
  return all;
}

/** Between the four places about each cell's middle; a plane after the other, which a cache can hold. */
function sample(
  { width, height, channels, data }: Features,
  grid: Grid,
  cells: Int32Array,
  to: Float32Array,
  { own, inputs }: { readonly own: number; readonly inputs: number },
): void {
  const { first, right, down } = placesOf(grid, cells, width, height);
  for (let channel = 0; channel < channels; channel++) {
    const plane = data.subarray(channel * width * height, (channel + 1) * width * height);
    for (let n = 0; n < cells.length; n++) {
      const at = first[n];
      const upper = plane[at] + (plane[at + 1] - plane[at]) * right[n];
      const lower = plane[at + width] + (plane[at + width + 1] - plane[at + width]) * right[n];
      to[placeOf(n, own + channel, inputs)] = upper + (lower - upper) * down[n];
    }
  }
}

/** Of each cell the place to its upper left in a plane of that size, and how far its middle is from there. */
export function placesOf(grid: Grid, cells: Int32Array, width: number, height: number) {
  const first = new Int32Array(cells.length);
  const right = new Float32Array(cells.length);
  const down = new Float32Array(cells.length);
  for (let n = 0; n < cells.length; n++) {
    const column = cells[n] % grid.width;
    const x = between(column, grid.width, width);
    const y = between((cells[n] - column) / grid.width, grid.height, height);
    const [left, top] = [Math.trunc(x), Math.trunc(y)];
    first[n] = top * width + left;
    right[n] = x - left;
    down[n] = y - top;
  }
  return { first, right, down };
}

/** Before the last place, so that there is one behind it. */
const between = (cell: number, cells: number, places: number) =>
  clamp(((cell + 0.5) * places) / cells - 0.5, 0, places - 1.001);
