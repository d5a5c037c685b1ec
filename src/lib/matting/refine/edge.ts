/**
 * A sharp mask from a coarse one: the photo's own colours decide in a band about the outline. Thinking happens on a
 * grid of at most 256 cells a side, so its cost does not grow with the photo; the photo itself is read once, row by
 * row, and the mask is changed in place, so memory does not grow either.
 */
import type { Features } from '../features/features.ts';
import type { Mask, PixelImage } from '../image.ts';
import { CERTAIN_SUBJECT, UNCERTAIN } from './band.ts';
import { type ColourModel, noiseCut } from './colour-model.ts';
import { mixtureOf } from './mixture.ts';
import { clamp, type Plane } from './plane.ts';
import { survey } from './survey.ts';
import type { Trust } from './trust.ts';

/**
 * Refines `mask`, which has the image's size, in place.
 * @param features of the network that made the mask; without them, rules and a judge of colours alone decide
 */
export function refineEdges(image: PixelImage, mask: Mask, features?: Features): void {
  const found = survey(image, mask);
  if (found === undefined) return;
  const { grid, band, model, described, judged } = found;
  const trust = features ? mixtureOf(found, features) : judged;
  apply(image, mask, kindsOf(band.state, described.cells), interleaved(model, trust), grid);
}

/** Cells of the band that are not in question: their mask stays. */
const UNTOUCHED = 3;

function kindsOf(state: Uint8Array, inQuestion: Int32Array): Uint8Array {
  const kinds = state.map((kind) => (kind === UNCERTAIN ? UNTOUCHED : kind));
  for (const cell of inQuestion) kinds[cell] = UNCERTAIN;
  return kinds;
}

/**
 * red, green, blue, offset, trust to add, trust to remove, share of the guess, the guess times its share: for channels
 * and alpha of 0 to 255, the cut folded in.
 */
const FIELDS = 8;

function interleaved(model: ColourModel, { add, remove, own, guess }: Trust): Float32Array {
  const fields = new Float32Array(add.data.length * FIELDS);
  for (let cell = 0, at = 0; cell < add.data.length; cell++, at += FIELDS) {
    const cut = noiseCut(model.distance.data[cell]);
    const gain = 1 / (1 - 2 * cut);
    fields[at] = model.red.data[cell] * gain;
    fields[at + 1] = model.green.data[cell] * gain;
    fields[at + 2] = model.blue.data[cell] * gain;
    fields[at + 3] = (model.offset.data[cell] - cut) * gain * 255;
    fields[at + 4] = add.data[cell];
    fields[at + 5] = remove.data[cell];
    fields[at + 6] = own.data[cell];
    fields[at + 7] = guess.data[cell] * 255;
  }
  return fields;
}

type Size = Pick<Plane, 'width' | 'height'>;

function apply(image: PixelImage, mask: Mask, state: Uint8Array, fields: Float32Array, grid: Size): void {
  const { width, height } = image;
  const columns = places(width, grid.width);
  const firsts = firstPixels(columns.low, grid.width);
  const rows = places(height, grid.height);
  const line = new Float32Array(grid.width * FIELDS);
  const kinds = new Uint8Array(grid.width);
  for (let y = 0; y < height; y++) {
    const top = rows.low[y];
    if (mixKinds(state, top, grid.width, kinds)) {
      mixFields(fields, top * line.length, rows.share[y], line, kinds);
    }
    applyRow(image.data, mask.data, y * width, kinds, line, columns, firsts);
  }
}

interface Places {
  /** The lesser of the two neighbouring cells, and how much of the other one counts. */
  readonly low: Int32Array;
  readonly share: Float32Array;
}

function places(pixels: number, cells: number): Places {
  const low = new Int32Array(pixels);
  const share = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const at = clamp(((i + 0.5) * cells) / pixels - 0.5, 0, cells - 1);
    low[i] = Math.min(Math.floor(at), cells - 2);
    share[i] = at - low[i];
  }
  return { low, share };
}

/** Of each cell, the first pixel that lies between it and the next one; behind the last of them, the row's end. */
function firstPixels(low: Int32Array, cells: number): Int32Array {
  const firsts = new Int32Array(cells);
  for (let pixel = 0, cell = 0; cell < cells; cell++) {
    while (pixel < low.length && low[pixel] < cell) pixel++;
    firsts[cell] = pixel;
  }
  return firsts;
}

/** What lies between each cell and its neighbours to the right and below; false when nothing is uncertain. */
function mixKinds(state: Uint8Array, top: number, width: number, kinds: Uint8Array): boolean {
  let uncertain = false;
  for (let x = 0, at = top * width; x < width - 1; x++, at++) {
    const kind = state[at];
    const same = kind === state[at + 1] && kind === state[at + width] && kind === state[at + width + 1];
    kinds[x] = same ? kind : UNCERTAIN;
    uncertain ||= kinds[x] === UNCERTAIN;
  }
  return uncertain;
}

function mixFields(
  fields: Float32Array,
  from: number,
  share: number,
  line: Float32Array,
  kinds: Uint8Array,
): void {
  for (let x = 0; x < kinds.length; x++) {
    if (kinds[x] !== UNCERTAIN && (x === 0 || kinds[x - 1] !== UNCERTAIN)) continue;
    for (let i = x * FIELDS; i < (x + 1) * FIELDS; i++) {
      const upper = fields[from + i];
      line[i] = upper + (fields[from + line.length + i] - upper) * share;
    }
  }
}

function applyRow(
  colours: Uint8ClampedArray,
  alpha: Uint8Array,
  start: number,
  kinds: Uint8Array,
  line: Float32Array,
  { share }: Places,
  firsts: Int32Array,
): void {
  const last = firsts.length - 1;
  for (let cell = 0, end = 1; cell < last; cell = end, end++) {
    const kind = kinds[cell];
    if (kind === UNCERTAIN) {
      applyCell(colours, alpha, start, firsts[cell], firsts[end], line, cell * FIELDS, share);
      continue;
    }
    while (end < last && kinds[end] === kind) end++;
    if (kind === UNTOUCHED) continue;
    alpha.fill(kind === CERTAIN_SUBJECT ? 255 : 0, start + firsts[cell], start + firsts[end]);
  }
}

/** One flat loop: a function a pixel would put its numbers on the heap, which costs more than the arithmetic. */
function applyCell(
  colours: Uint8ClampedArray,
  alpha: Uint8Array,
  start: number,
  first: number,
  end: number,
  line: Float32Array,
  at: number,
  share: Float32Array,
): void {
  const next = at + FIELDS;
  const red = line[at];
  const green = line[at + 1];
  const blue = line[at + 2];
  const offset = line[at + 3];
  const add = line[at + 4];
  const remove = line[at + 5];
  const own = line[at + 6];
  const guess = line[at + 7];
  const toRed = line[next] - red;
  const toGreen = line[next + 1] - green;
  const toBlue = line[next + 2] - blue;
  const toOffset = line[next + 3] - offset;
  const toAdd = line[next + 4] - add;
  const toRemove = line[next + 5] - remove;
  const toOwn = line[next + 6] - own;
  const toGuess = line[next + 7] - guess;
  for (let x = first; x < end; x++) {
    const pixel = start + x;
    const right = share[x];
    const found =
      (red + toRed * right) * colours[pixel * 4] +
      (green + toGreen * right) * colours[pixel * 4 + 1] +
      (blue + toBlue * right) * colours[pixel * 4 + 2] +
      (offset + toOffset * right);
    const bounded = found < 0 ? 0 : found > 255 ? 255 : found;
    const prior = alpha[pixel];
    const trust = bounded > prior ? add + toAdd * right : remove + toRemove * right;
    const guessed = guess + toGuess * right - (own + toOwn * right) * prior;
    const mixed = prior + (bounded - prior) * trust + guessed;
    alpha[pixel] = mixed < 0 ? 0 : mixed > 255 ? 255 : mixed + 0.5;
  }
}
