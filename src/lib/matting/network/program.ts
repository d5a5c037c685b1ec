import { Constants, type Constant } from './constants.ts';
import { toConvolution } from './convolutions.ts';
import { readLayers, type Wanted } from './layers.ts';
import { layOut, type Border, type Layout } from './layout.ts';
import { toResizing } from './resizing.ts';
import { FOUR, planeBytes, TILE_PLANES, type Placed, type Work } from './work.ts';

/** One layer; its rows, of pixels or of tiles, can be computed in any order. */
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
  /** What each thread needs besides, for itself. */
  readonly scratchBytes: number;
  readonly input: Placed;
  readonly inputBorder: Border;
  readonly output: Placed;
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
    const rows = work.kind === 'winograd' ? to.shape.height / 2 : to.shape.height;
    steps.push({ work, rows, borders: layout.borders[index] ?? [] });
  }
  const [input, output] = [placed(network.input), placed(network.output)];
  return {
    program: {
      steps,
      bytes: constants.end,
      scratchBytes: Math.max(0, ...steps.map(scratchOf)),
      input,
      output,
      inputBorder: layout.inputBorder,
    },
    constants: constants.all,
  };
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
      return toConvolution(layer, from, to, constants);
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
    case 'rectify':
      return { kind: layer.kind, from: from.place, to: to.place, width, channels };
    default:
      return layer satisfies never;
  }
}

/** Of planes of tiles, and of their products. */
function scratchOf({ work }: Step): number {
  if (work.kind !== 'winograd') return 0;
  return TILE_PLANES * (planeBytes(work.channels) + planeBytes(work.outputs));
}
