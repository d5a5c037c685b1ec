import type { Layer, Layers, Shape } from './layers.ts';

export const FLOAT_BYTES = 4;
/** Of a cache, in bytes. */
export const LINE = 64;

/** Where a tensor is: of its first pixel, its first channel; steps to the pixel beside and to the one below. In bytes. */
export interface Place {
  readonly at: number;
  readonly pixel: number;
  readonly row: number;
}

/** What surrounds an image, which windows see as zeros. In bytes. */
export interface Border {
  readonly at: number;
  readonly rows: number;
  readonly row: number;
  /** Of each row at either end, and so many rows at top and bottom. */
  readonly side: number;
  readonly sideRows: number;
}

export interface Layout {
  /** All layers but concatenations, which need no work: their parts are written side by side. */
  readonly layers: readonly Exclude<Layer, { kind: 'concat' }>[];
  readonly places: ReadonlyMap<string, Place>;
  /** To be filled with zeros before the layer of that index writes. */
  readonly borders: readonly (readonly Border[])[];
  /** Before the input is written. */
  readonly inputBorder: Border;
  readonly bytes: number;
}

interface Buffer {
  readonly shape: Shape;
  /** Pixels around the image. */
  pad: number;
  /** Indices of the layers that write it first and read it last. */
  first: number;
  last: number;
  at: number;
}

/**
 * Gives each tensor its place in one memory that begins at `from`, channels of a pixel side by side. Tensors that are
 * not needed at the same time share places; parts of a concatenation are channels of the whole from the beginning.
 * `undefined` when a tensor is part of two, or of another size than the whole.
 */
export function layOut(network: Layers, from: number): Layout | undefined {
  const homes = findHomes(network);
  if (homes === undefined) return undefined;
  const layers = network.layers.filter((layer) => layer.kind !== 'concat');
  const buffers = toBuffers(network, layers, homes);
  const bytes = arrangeBuffers([...buffers.values()], from);
  const places = new Map<string, Place>();
  for (const [name, { whole, channel }] of homes) {
    const buffer = buffers.get(whole);
    if (buffer) places.set(name, placeIn(buffer, channel));
  }
  const borders = layers.map((_, index) =>
    [...buffers.values()].filter(({ first, pad }) => first === index && pad > 0).map(borderOf),
  );
  const inputBuffer = buffers.get(network.input);
  return inputBuffer && { layers, places, borders, inputBorder: borderOf(inputBuffer), bytes };
}

interface Home {
  readonly whole: string;
  readonly channel: number;
}

/** Of each tensor that is an image: which one it is part of, itself if of none. */
function findHomes({ layers, shapes, input }: Layers): ReadonlyMap<string, Home> | undefined {
  const parts = new Map<string, Home>();
  for (const layer of layers) {
    if (layer.kind !== 'concat') continue;
    let channel = 0;
    for (const name of layer.inputs) {
      const [part, whole] = [shapes.get(name), shapes.get(layer.output)];
      if (part?.height !== whole?.height || part?.width !== whole?.width) return undefined;
      if (parts.has(name) || name === input) return undefined;
      parts.set(name, { whole: layer.output, channel });
      channel += part?.channels ?? 0;
    }
  }
  const homeOf = (name: string): Home => {
    const part = parts.get(name);
    if (part === undefined) return { whole: name, channel: 0 };
    const outer = homeOf(part.whole);
    return { whole: outer.whole, channel: outer.channel + part.channel };
  };
  const names = [input, ...layers.map(({ output }) => output)];
  return new Map(names.map((name) => [name, homeOf(name)]));
}

function toBuffers(
  { shapes, input, output }: Layers,
  layers: Layout['layers'],
  homes: ReadonlyMap<string, Home>,
): ReadonlyMap<string, Buffer> {
  const buffers = new Map<string, Buffer>();
  const bufferOf = (name: string, index: number): Buffer | undefined => {
    const whole = homes.get(name)?.whole ?? name;
    const shape = shapes.get(whole);
    if (shape === undefined) return undefined;
    const buffer = buffers.get(whole) ?? { shape, pad: 0, first: index, last: index, at: 0 };
    buffers.set(whole, buffer);
    buffer.last = index;
    return buffer;
  };
  // Before the first layer: whoever writes the input clears its border.
  bufferOf(input, -1);
  for (const [index, layer] of layers.entries()) {
    for (const name of layer.inputs) {
      const buffer = bufferOf(name, index);
      if (buffer) buffer.pad = Math.max(buffer.pad, reachOf(layer, shapes));
    }
    bufferOf(layer.output, index);
  }
  bufferOf(output, layers.length);
  return buffers;
}

/** How far the windows of a layer look beyond the edges of its input. Pixels. */
function reachOf(layer: Layer, shapes: ReadonlyMap<string, Shape>): number {
  const from = shapes.get(layer.inputs[0] ?? '');
  const to = shapes.get(layer.output);
  if (layer.kind !== 'convolution' || from === undefined || to === undefined) return 0;
  const { window, pads, stride, dilation } = layer;
  const beyond = (outputs: number, before: number, size: number, inputs: number) =>
    (outputs - 1) * stride - before + (size - 1) * dilation - (inputs - 1);
  return Math.max(
    pads.top,
    pads.left,
    beyond(to.height, pads.top, window.height, from.height),
    beyond(to.width, pads.left, window.width, from.width),
  );
}

const sizeOf = ({ shape: { channels, height, width }, pad }: Buffer) =>
  (height + 2 * pad) * (width + 2 * pad) * channels * FLOAT_BYTES;

/** The largest first, each at the lowest place that is free for as long as it is needed. Where they end. */
function arrangeBuffers(buffers: readonly Buffer[], from: number): number {
  const placed: Buffer[] = [];
  for (const buffer of buffers.toSorted((a, b) => sizeOf(b) - sizeOf(a))) {
    const beside = placed.filter(({ first, last }) => first <= buffer.last && buffer.first <= last);
    buffer.at = from;
    for (const other of beside.toSorted((a, b) => a.at - b.at)) {
      if (other.at >= buffer.at + sizeOf(buffer)) break;
      buffer.at = Math.max(buffer.at, aligned(other.at + sizeOf(other)));
    }
    placed.push(buffer);
  }
  return Math.max(from, ...placed.map((buffer) => buffer.at + sizeOf(buffer)));
}

/** To lines of the cache. */
export const aligned = (bytes: number) => Math.ceil(bytes / LINE) * LINE;

function placeIn({ shape, pad, at }: Buffer, channel: number): Place {
  const pixel = shape.channels * FLOAT_BYTES;
  const row = (shape.width + 2 * pad) * pixel;
  return { at: at + pad * (row + pixel) + channel * FLOAT_BYTES, pixel, row };
}

function borderOf({ shape, pad, at }: Buffer): Border {
  const pixel = shape.channels * FLOAT_BYTES;
  const row = (shape.width + 2 * pad) * pixel;
  return { at, rows: shape.height + 2 * pad, row, side: pad * pixel, sideRows: pad };
}
