/**
 * A sharp mask from a coarse one: the photo's own colours decide in a band about the outline. Thinking happens on a
 * grid of at most 256 cells a side, so its cost does not grow with the photo; the photo itself is read once, row by
 * row, and the mask is changed in place, so memory does not grow either.
 */
import type { Mask, PixelImage } from '../image.ts';
import { type Band, CERTAIN_SUBJECT, findBand, UNCERTAIN } from './band.ts';
import { type ColourModel, fitColours } from './colour-model.ts';
import { type Grid, makeGrid } from './grid.ts';
import { clamp, type Plane } from './plane.ts';
import { alphaAt, settingOf, type Trust, trustOf } from './trust.ts';

/** Refines `mask`, which has the image's size, in place. */
export function refineEdges(image: PixelImage, mask: Mask): void {
  const grid = makeGrid(image, mask);
  const band = findBand(grid.prior);
  if (!band.state.includes(UNCERTAIN)) return;
  const first = fitColours(grid, band.subject, band.background);
  const setting = settingOf(grid, band);
  learn(grid, band, first, trustOf(setting, first));
  const model = fitColours(grid, band.subject, band.background);
  apply(image, mask, band.state, interleaved(model, trustOf(setting, model)), grid);
}

/** A sample that was found, not given, counts this much. */
const FOUND = 0.5;

/** Takes what the first model is sure of into the second's samples, so that hair and gaps teach their own colours. */
function learn(grid: Grid, band: Band, model: ColourModel, { add, remove }: Trust): void {
  for (let cell = 0; cell < band.state.length; cell++) {
    if (band.state[cell] !== UNCERTAIN) continue;
    const prior = grid.prior.data[cell];
    const alpha = sharpened(alphaAt(grid, model, cell), model.distance.data[cell]);
    const trust = alpha > prior ? add.data[cell] : remove.data[cell];
    const value = trust * alpha + (1 - trust) * prior;
    band.subject.data[cell] = value > 0.95 && trust > 0.5 ? FOUND : 0;
    if (value > 0.3) band.background.data[cell] = 0;
    else if (value < 0.05 && trust > 0.5 && prior < 0.5) band.background.data[cell] = FOUND;
  }
}

/** Alpha within this many standard deviations of 0 or 1 is taken for noise. */
const NOISE_DEVIATIONS = 1;

function noiseCut(distance: number): number {
  return distance > 0 ? Math.min(NOISE_DEVIATIONS / distance, 0.45) : 0.45;
}

function sharpened(alpha: number, distance: number): number {
  const cut = noiseCut(distance);
  return clamp((alpha - cut) / (1 - 2 * cut));
}

/** red, green, blue, offset, trust to add, trust to remove: for channels and alpha of 0 to 255, the cut folded in. */
const FIELDS = 6;

function interleaved(model: ColourModel, { add, remove }: Trust): Float32Array {
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
  }
  return fields;
}

type Size = Pick<Plane, 'width' | 'height'>;

function apply(image: PixelImage, mask: Mask, state: Uint8Array, fields: Float32Array, grid: Size): void {
  const { width, height } = image;
  const columns = places(width, grid.width);
  const rows = places(height, grid.height);
  const line = new Float32Array(grid.width * FIELDS);
  const kinds = new Uint8Array(grid.width);
  for (let y = 0; y < height; y++) {
    const top = rows.low[y];
    if (mixKinds(state, top, grid.width, kinds)) {
      mixFields(fields, top * line.length, rows.share[y], line, kinds);
    }
    applyRow(image.data, mask.data, y * width, kinds, line, columns);
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

/** One flat loop: a function a pixel would put its numbers on the heap, which costs more than the arithmetic. */
function applyRow(
  colours: Uint8ClampedArray,
  alpha: Uint8Array,
  start: number,
  kinds: Uint8Array,
  line: Float32Array,
  { low, share }: Places,
): void {
  for (let x = 0, pixel = start; x < low.length; x++, pixel++) {
    const kind = kinds[low[x]];
    if (kind !== UNCERTAIN) {
      alpha[pixel] = kind === CERTAIN_SUBJECT ? 255 : 0;
      continue;
    }
    const a = low[x] * FIELDS;
    const b = a + FIELDS;
    const right = share[x];
    const left = 1 - right;
    const found =
      (line[a] * left + line[b] * right) * colours[pixel * 4] +
      (line[a + 1] * left + line[b + 1] * right) * colours[pixel * 4 + 1] +
      (line[a + 2] * left + line[b + 2] * right) * colours[pixel * 4 + 2] +
      (line[a + 3] * left + line[b + 3] * right);
    const bounded = found < 0 ? 0 : found > 255 ? 255 : found;
    const prior = alpha[pixel];
    const field = bounded > prior ? 4 : 5;
    const trust = line[a + field] * left + line[b + field] * right;
    alpha[pixel] = prior + (bounded - prior) * trust + 0.5;
  }
}
