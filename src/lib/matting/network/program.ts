import { readLayers, type Convolution, type Corners, type Shape, type Wanted } from './layers.ts';
import { aligned, FLOAT_BYTES, layOut, type Border, type Layout, type Place } from './layout.ts';

/** Output channels that `convolve` computes together, and pixels. */
const BLOCK = 8;
export const TILE = 5;
const FOUR = 4;
/** Of what plain code may do: a hundredth of a second. Networks that need more are left to others. */
const MOST_PLAIN_WORK = 10_000_000;

/** Of a window over an image, in one row of outputs or several. Addresses and steps in bytes. */
export interface Windows {
  readonly from: Place;
  readonly to: Place;
  readonly width: number;
  readonly stride: number;
  readonly channels: number;
  readonly outputs: number;
  readonly weights: number;
  readonly bias: number;
  readonly taps: number;
  readonly tapsEnd: number;
  /** Zero when it is rectified, else minus infinity. */
  readonly least: number;
}

export interface Resizing {
  readonly from: Place;
  readonly to: Place;
  readonly width: number;
  readonly channels: number;
  /** For each output pixel of a row, where its two inputs are in theirs, in bytes, and the share of the second. */
  readonly table: number;
  /** For each output row: the two above and below, and the share of the second. */
  readonly down: readonly Between[];
}

export interface Between {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

interface Pixels {
  readonly to: Place;
  readonly width: number;
  readonly channels: number;
}

export type Work =
  | ({ readonly kind: 'convolve' | 'convolveToOne' | 'convolvePlainly' } & Windows)
  | ({ readonly kind: 'resize' | 'resizePlainly' } & Resizing)
  | ({
      readonly kind: 'pool';
      readonly from: Place;
      readonly inputs: { readonly height: number; readonly width: number };
    } & Pixels)
  | ({ readonly kind: 'add'; readonly first: Place; readonly second: Place } & Pixels)
  | ({ readonly kind: 'sigmoid'; readonly from: Place } & Pixels);

/** One layer; its rows can be computed in any order. */
export interface Step {
  readonly work: Work;
  readonly rows: number;
  /** To be filled with zeros by whoever computes the first row. */
  readonly borders: readonly Border[];
}

/** A network laid out in one memory. Plain data, so that it can be sent to each thread. */
export interface Program {
  readonly steps: readonly Step[];
  /** The memory that it needs. The first `CONTROL_BYTES` are left to those who run it. */
  readonly bytes: number;
  readonly input: Placed;
  readonly inputBorder: Border;
  readonly output: Placed;
}

export interface Placed {
  readonly place: Place;
  readonly shape: Shape;
}

/** What has to lie in the memory before it runs; made when it is put there, so that weights are not held twice. */
export interface Constant {
  readonly at: number;
  readonly make: () => Float32Array | Int32Array;
}

export interface Compiled {
  readonly program: Program;
  readonly constants: readonly Constant[];
}

/** For words that threads share: some of their own and two a step. */
export const CONTROL_BYTES = 16 * 1024;
const MOST_STEPS = CONTROL_BYTES / 8 - 8;

/**
 * Lays the network out for an input of one size. `undefined` when it has layers that are not known here, or that would
 * be slow.
 */
export function compileNetwork(weights: Uint8Array, wanted: Wanted): Compiled | undefined {
  const network = readLayers(weights, wanted);
  const layout = network && layOut(network, CONTROL_BYTES);
  if (network === undefined || layout === undefined || layout.layers.length > MOST_STEPS) return undefined;
  const constants = new Constants(layout.bytes);
  const placed = (name: string): Placed => {
    const place = layout.places.get(name);
    const shape = network.shapes.get(name);
    if (place === undefined || shape === undefined) throw new Error(`The tensor ${name} has no place.`);
    return { place, shape };
  };
  const steps: Step[] = [];
  for (const [index, layer] of layout.layers.entries()) {
    const to = placed(layer.output);
    const work = toWork(layer, layer.inputs.map(placed), to, constants);
    if (work === undefined) return undefined;
    steps.push({ work, rows: to.shape.height, borders: layout.borders[index] ?? [] });
  }
  const [input, output] = [placed(network.input), placed(network.output)];
  return {
    program: { steps, bytes: constants.end, input, output, inputBorder: layout.inputBorder },
    constants: constants.all,
  };
}

class Constants {
  readonly all: Constant[] = [];
  end: number;

  constructor(from: number) {
    this.end = aligned(from);
  }

  /** Where so many numbers will be. */
  add(count: number, make: Constant['make']): number {
    const at = this.end;
    this.all.push({ at, make });
    this.end = aligned(at + count * FLOAT_BYTES);
    return at;
  }
}

function toWork(
  layer: Layout['layers'][number],
  inputs: readonly Placed[],
  to: Placed,
  constants: Constants,
): Work | undefined {
  const [from, second] = inputs;
  if (from === undefined) return undefined;
  const { width, channels } = to.shape;
  const inFours = channels % FOUR === 0;
  switch (layer.kind) {
    case 'convolution':
      return toWindows(layer, from, to, constants);
    case 'resize':
      return toResizing(layer.corners, from, to, constants);
    case 'pool':
      return inFours
        ? { kind: 'pool', from: from.place, inputs: from.shape, to: to.place, width, channels }
        : undefined;
    case 'add':
      return inFours && second
        ? { kind: 'add', first: from.place, second: second.place, to: to.place, width, channels }
        : undefined;
    case 'sigmoid':
      return { kind: 'sigmoid', from: from.place, to: to.place, width, channels };
    default:
      return layer satisfies never;
  }
}

function toWindows(layer: Convolution, from: Placed, to: Placed, constants: Constants): Work | undefined {
  const { window, pads, stride, dilation, rectified } = layer;
  const [channels, outputs, width] = [from.shape.channels, to.shape.channels, to.shape.width];
  if (layer.channels !== channels) return undefined;
  const kind = kindOfWindows(channels, to.shape);
  const size = window.height * window.width;
  if (kind === 'convolvePlainly' && size * channels * outputs * width * to.shape.height > MOST_PLAIN_WORK) {
    return undefined;
  }
  const taps = Int32Array.from({ length: size }, (_, tap) => {
    const y = Math.trunc(tap / window.width) * dilation - pads.top;
    const x = (tap % window.width) * dilation - pads.left;
    return y * from.place.row + x * from.place.pixel;
  });
  const tapsAt = constants.add(size, () => taps);
  return {
    kind,
    from: from.place,
    to: to.place,
    width,
    stride,
    channels,
    outputs,
    weights: constants.add(size * channels * outputs, () =>
      packWeights(layer.weights(), outputs, channels, kind === 'convolve' ? BLOCK : 1),
    ),
    bias: constants.add(outputs, () => layer.bias),
    taps: tapsAt,
    tapsEnd: tapsAt + taps.byteLength,
    least: rectified ? 0 : -Infinity,
  };
}

function kindOfWindows(channels: number, { channels: outputs, width }: Shape) {
  if (width >= TILE && outputs % BLOCK === 0) return 'convolve';
  if (width >= TILE && outputs === 1 && channels % FOUR === 0) return 'convolveToOne';
  return 'convolvePlainly';
}

/** From a window a channel to a block of outputs, to a tap, to a channel: all numbers in the order of their use. */
function packWeights(weights: Float32Array, outputs: number, channels: number, block: number): Float32Array {
  const packed = new Float32Array(weights.length);
  const size = weights.length / (outputs * channels);
  let at = 0;
  for (let first = 0; first < outputs; first += block) {
    for (let tap = 0; tap < size; tap += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        for (let output = first; output < first + block; output += 1) {
          packed[at++] = weights[(output * channels + channel) * size + tap] ?? 0;
        }
      }
    }
  }
  return packed;
}

function toResizing(corners: Corners, from: Placed, to: Placed, constants: Constants): Work {
  const across = between(from.shape.width, to.shape.width, corners);
  const table = new Float32Array(across.length * 3);
  const places = new Int32Array(table.buffer);
  for (const [i, { first, second, share }] of across.entries()) {
    places[i * 3] = first * from.place.pixel;
    places[i * 3 + 1] = second * from.place.pixel;
    table[i * 3 + 2] = share;
  }
  return {
    kind: to.shape.channels % FOUR === 0 ? 'resize' : 'resizePlainly',
    from: from.place,
    to: to.place,
    width: to.shape.width,
    channels: to.shape.channels,
    table: constants.add(table.length, () => table),
    down: between(from.shape.height, to.shape.height, corners),
  };
}

/** Bilinear, as ONNX has it (https://onnx.ai/onnx/operators/onnx__Resize.html). */
function between(inputs: number, outputs: number, corners: Corners): Between[] {
  return Array.from({ length: outputs }, (_, output) => {
    const exact =
      corners === 'aligned'
        ? outputs === 1
          ? 0
          : (output * (inputs - 1)) / (outputs - 1)
        : ((output + 0.5) * inputs) / outputs - 0.5;
    const at = Math.min(Math.max(exact, 0), inputs - 1);
    const first = Math.trunc(at);
    return { first, second: Math.min(first + 1, inputs - 1), share: at - first };
  });
}
