import type { Kernels } from './kernels.ts';
import { FLOAT_BYTES, type Border } from './layout.ts';
import type { Step } from './program.ts';
import {
  BLOCK,
  FOUR,
  planeBytes,
  STRIP,
  TILE,
  TILE_PLANES,
  type Between,
  type Resizing,
  type Tiles,
  type Windows,
  type Work,
} from './work.ts';

const BLOCK_BYTES = BLOCK * FLOAT_BYTES;

/** Computes layers of a program in its memory. */
export class LayerRunner {
  readonly #kernels: Kernels;
  readonly #floats: Float32Array;
  readonly #ints: Int32Array;
  readonly #scratch: number;

  /** @param scratch where the memory is of this thread alone */
  constructor(kernels: Kernels, memory: ArrayBufferLike, scratch: number) {
    this.#kernels = kernels;
    this.#floats = new Float32Array(memory);
    this.#ints = new Int32Array(memory);
    this.#scratch = scratch;
  }

  /** Rows `from` to `to` of a layer whose inputs are whole. */
  run({ work, borders }: Step, from: number, to: number): void {
    if (from === 0) for (const border of borders) this.clear(border);
    for (let row = from; row < to; row += 1) this.#runRow(work, row);
  }

  clear({ at, rows, row, side, sideRows }: Border): void {
    const zero = (from: number, bytes: number) =>
      this.#floats.fill(0, from / FLOAT_BYTES, (from + bytes) / FLOAT_BYTES);
    zero(at, sideRows * row);
    zero(at + (rows - sideRows) * row, sideRows * row);
    // The end of a row and the beginning of the next lie side by side.
    for (let y = sideRows; y <= rows - sideRows; y += 1) zero(at + y * row - side, 2 * side);
  }

  #runRow(work: Work, row: number): void {
    switch (work.kind) {
      case 'convolve':
        return this.#convolve(work, row);
      case 'winograd':
        return this.#convolveByTiles(work, row);
      case 'convolveToOne':
        return this.#convolveToOne(work, row);
      case 'convolvePlainly':
        return this.#convolvePlainly(work, row);
      case 'resize':
        return this.#resize(work, row);
      case 'resizePlainly':
        return this.#resizePlainly(work, row);
      case 'pool':
        return this.#pool(work, row);
      case 'add':
        return this.#add(work, row);
      case 'sigmoid':
        return this.#eachNumber(work, row, (value) => 1 / (1 + Math.exp(-value)));
      case 'rectify':
        return this.#eachNumber(work, row, (value) => Math.max(value, 0));
      default:
        throw new Error(`There is no layer ${String(work satisfies never)}.`);
    }
  }

  #convolve(work: Windows, row: number): void {
    const { channels, outputs, weights, bias, taps, tapsEnd, least } = work;
    const blockBytes = (tapsEnd - taps) * channels * BLOCK;
    eachGroup(work, row, (from, fromStep, to, toStep, tiles) => {
      for (let block = 0; block < outputs / BLOCK; block += 1) {
        const [w, b] = [weights + block * blockBytes, bias + block * BLOCK_BYTES];
        this.#kernels.convolve(
          from,
          fromStep,
          to + block * BLOCK_BYTES,
          toStep,
          tiles,
          w,
          b,
          channels,
          taps,
          tapsEnd,
          least,
        );
      }
    });
  }

  /** A row of tiles, some at a time. */
  #convolveByTiles(work: Tiles, row: number): void {
    const { from, to, channels, outputs, bias, least } = work;
    const plane = planeBytes(channels);
    const products = planeBytes(outputs);
    const second = this.#scratch + TILE_PLANES * plane;
    for (let first = 0; first < work.tiles; first += STRIP) {
      const tiles = Math.min(STRIP, work.tiles - first);
      const source = from.at + 2 * (row * from.row + first * from.pixel);
      this.#kernels.transformTiles(
        source,
        from.pixel,
        from.row,
        this.#scratch,
        plane,
        tiles,
        channels / FOUR,
      );
      this.#multiplyPlanes(work, Math.ceil(tiles / TILE), plane, second, products);
      const target = to.at + 2 * (row * to.row + first * to.pixel);
      this.#kernels.untransformTiles(
        second,
        products,
        target,
        to.pixel,
        to.row,
        tiles,
        outputs / FOUR,
        bias,
        least,
      );
    }
  }

  /** Each plane of tiles with the weights of its place: windows of a single pixel. */
  #multiplyPlanes(work: Tiles, groups: number, plane: number, second: number, products: number): void {
    const { channels, outputs, weights, zeros } = work;
    const [fromStep, toStep, blockBytes] = [
      channels * FLOAT_BYTES,
      outputs * FLOAT_BYTES,
      channels * BLOCK_BYTES,
    ];
    const blocks = outputs / BLOCK;
    for (let place = 0; place < TILE_PLANES; place += 1) {
      const source = this.#scratch + place * plane;
      for (let block = 0; block < blocks; block += 1) {
        const target = second + place * products + block * BLOCK_BYTES;
        const w = weights + (place * blocks + block) * blockBytes;
        const { convolve } = this.#kernels;
        convolve(
          source,
          fromStep,
          target,
          toStep,
          groups,
          w,
          zeros,
          channels,
          zeros,
          zeros + FLOAT_BYTES,
          -Infinity,
        );
      }
    }
  }

  #convolveToOne(work: Windows, row: number): void {
    const { channels, weights, bias, taps, tapsEnd, least } = work;
    eachGroup(work, row, (from, fromStep, to, toStep, tiles) => {
      this.#kernels.convolveToOne(
        from,
        fromStep,
        to,
        toStep,
        tiles,
        weights,
        bias,
        channels / FOUR,
        taps,
        tapsEnd,
        least,
      );
    });
  }

  #convolvePlainly(work: Windows, row: number): void {
    const { from, to, width, stride, channels, outputs, weights, bias, taps, tapsEnd, least } = work;
    const [floats, ints] = [this.#floats, this.#ints];
    for (let x = 0; x < width; x += 1) {
      const [source, target] = [
        from.at + stride * (row * from.row + x * from.pixel),
        to.at + row * to.row + x * to.pixel,
      ];
      for (let output = 0, weight = weights / FLOAT_BYTES; output < outputs; output += 1) {
        let sum = floats[bias / FLOAT_BYTES + output] ?? 0;
        for (let tap = taps / FLOAT_BYTES; tap < tapsEnd / FLOAT_BYTES; tap += 1) {
          const pixel = (source + (ints[tap] ?? 0)) / FLOAT_BYTES;
          for (let channel = 0; channel < channels; channel += 1) {
            sum += (floats[pixel + channel] ?? 0) * (floats[weight++] ?? 0);
          }
        }
        floats[target / FLOAT_BYTES + output] = Math.max(sum, least);
      }
    }
  }

  #pool({ from, inputs, to, width, channels }: Extract<Work, { kind: 'pool' }>, row: number): void {
    const above = from.at + 2 * row * from.row;
    const below = 2 * row + 1 < inputs.height ? above + from.row : above;
    const target = to.at + row * to.row;
    const pairs = Math.min(width, Math.trunc(inputs.width / 2));
    const step = 2 * from.pixel;
    this.#kernels.pool(above, below, from.pixel, step, target, to.pixel, pairs, channels / FOUR);
    if (pairs === width) return;
    const [last, end] = [pairs * step, target + pairs * to.pixel];
    this.#kernels.pool(above + last, below + last, 0, step, end, to.pixel, 1, channels / FOUR);
  }

  #resize(work: Resizing, row: number): void {
    const { from, to, width, channels, table } = work;
    const { first, second, share } = betweenRows(work, row);
    const [above, below] = [from.at + first * from.row, from.at + second * from.row];
    this.#kernels.resize(above, below, share, table, to.at + row * to.row, to.pixel, width, channels / FOUR);
  }

  #resizePlainly(work: Resizing, row: number): void {
    const { from, to, width, channels, table } = work;
    const { first, second, share } = betweenRows(work, row);
    const floats = this.#floats;
    const ints = this.#ints;
    const at = (place: number) => floats[place / FLOAT_BYTES] ?? 0;
    const mixed = (a: number, b: number, part: number) => a + (b - a) * part;
    for (let x = 0; x < width; x += 1) {
      const entry = table / FLOAT_BYTES + x * 3;
      const [left = 0, right = 0] = [ints[entry], ints[entry + 1]];
      const across = floats[entry + 2] ?? 0;
      for (let channel = 0; channel < channels * FLOAT_BYTES; channel += FLOAT_BYTES) {
        const [above, below] = [from.at + first * from.row + channel, from.at + second * from.row + channel];
        const top = mixed(at(above + left), at(above + right), across);
        const bottom = mixed(at(below + left), at(below + right), across);
        floats[(to.at + row * to.row + x * to.pixel + channel) / FLOAT_BYTES] = mixed(top, bottom, share);
      }
    }
  }

  #add({ first, second, to, width, channels }: Extract<Work, { kind: 'add' }>, row: number): void {
    const [a, b, sum] = [first, second, to].map((place) => place.at + row * place.row);
    this.#kernels.add(a, first.pixel, b, second.pixel, sum, to.pixel, width, channels / FOUR);
  }

  #eachNumber(
    { from, to, width, channels }: Extract<Work, { kind: 'sigmoid' | 'rectify' }>,
    row: number,
    compute: (value: number) => number,
  ): void {
    const floats = this.#floats;
    for (let x = 0; x < width; x += 1) {
      const source = (from.at + row * from.row + x * from.pixel) / FLOAT_BYTES;
      const target = (to.at + row * to.row + x * to.pixel) / FLOAT_BYTES;
      for (let channel = 0; channel < channels; channel += 1) {
        floats[target + channel] = compute(floats[source + channel] ?? 0);
      }
    }
  }
}

function betweenRows({ down }: Resizing, row: number): Between {
  const rows = down[row];
  if (rows === undefined) throw new RangeError(`There is no row ${String(row)}.`);
  return rows;
}

/** A row in groups of `TILE` pixels. The last group lies over the one before where the width is no multiple of it. */
function eachGroup(
  { from, to, width, stride }: Windows,
  row: number,
  compute: (from: number, fromStep: number, to: number, toStep: number, tiles: number) => void,
): void {
  const source = from.at + row * stride * from.row;
  const target = to.at + row * to.row;
  const step = stride * from.pixel;
  compute(source, step, target, to.pixel, Math.trunc(width / TILE));
  const last = width - TILE;
  if (width % TILE !== 0) compute(source + last * step, step, target + last * to.pixel, to.pixel, 1);
}
