import {
  dequantized,
  dimsOf,
  floatsOf,
  hasAttribute,
  holdsGraph,
  intAttribute,
  intsAttribute,
  rawOf,
  readModelOrNothing,
  removeUnused,
  scalarOf,
  textAttribute,
  type Graph,
  type Initializer,
  type Node,
} from '../graph/onnx.ts';
import { dequantize } from '../graph/dequantize.ts';
import { inferShapes } from '../graph/shapes.ts';

/** Channels, height and width of a tensor of one image. */
export interface Shape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface Convolution {
  readonly kind: 'convolution';
  readonly inputs: readonly [string];
  readonly output: string;
  /** A copy of the weights: of each output channel, of each input channel, of each row of the window. */
  readonly weights: () => Float32Array;
  readonly bias: Float32Array;
  /** Of its input. */
  readonly channels: number;
  readonly window: { readonly height: number; readonly width: number };
  readonly pads: { readonly top: number; readonly left: number };
  readonly stride: number;
  readonly dilation: number;
  /** Is what lies below zero cut off? */
  readonly rectified: boolean;
}

/** Do the middles of the pixels in the corners stay where they are, or the edges of the image? */
export type Corners = 'aligned' | 'half-pixel';

export type Layer =
  | Convolution
  /** The most of two times two pixels; an odd side's last one stands alone. */
  | { readonly kind: 'pool'; readonly inputs: readonly [string]; readonly output: string }
  /** Bilinear. */
  | {
      readonly kind: 'resize';
      readonly inputs: readonly [string];
      readonly output: string;
      readonly corners: Corners;
    }
  | { readonly kind: 'add'; readonly inputs: readonly [string, string]; readonly output: string }
  /** Channels of one after those of the other. */
  | { readonly kind: 'concat'; readonly inputs: readonly string[]; readonly output: string }
  /** Each number for itself. */
  | { readonly kind: 'sigmoid' | 'rectify'; readonly inputs: readonly [string]; readonly output: string };

/** A network as layers in the order in which they run, with the shapes of all tensors, by name. */
export interface Layers {
  readonly layers: readonly Layer[];
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly input: string;
  readonly output: string;
}

export interface Wanted {
  readonly inputSize: { readonly width: number; readonly height: number };
  readonly outputIndex: number;
}

/** ONNX's number for single precision. */
const FLOAT = 1;

/** They make weights, which are read with their convolution, or sizes, which the shapes know already. */
const NOT_LAYERS = new Set(['DequantizeLinear', 'Shape', 'Constant', 'Gather', 'Unsqueeze', 'Slice', 'Cast']);

/**
 * The layers that the output of index `outputIndex` needs, for an input of one size; `undefined` when any of them is
 * of a kind that is not known here, or when these are no weights that can be read.
 */
export function readLayers(weights: Uint8Array, { inputSize, outputIndex }: Wanted): Layers | undefined {
  const graph = readModelOrNothing(weights)?.graph;
  const [input] = graph?.inputs ?? [];
  const output = graph?.outputs[outputIndex];
  if (graph === undefined || input === undefined || output === undefined) return undefined;
  if (graph.inputs.length !== 1 || graph.nodes.some(holdsGraph)) return undefined;
  dequantize(graph);
  graph.outputs = [output];
  removeUnused(graph);
  const shapes = imageShapes(graph, [1, 3, inputSize.height, inputSize.width]);
  const layers: Layer[] = [];
  for (const node of fuseRectifiers(graph.nodes)) {
    const layer = toLayer(node, graph);
    if (layer === undefined || ![layer.output, ...layer.inputs].every((name) => shapes.has(name))) {
      if (NOT_LAYERS.has(node.op) || isOfSizes(node, shapes)) continue;
      return undefined;
    }
    layers.push(layer);
  }
  return { layers, shapes, input, output };
}

function imageShapes(graph: Graph, input: readonly number[]): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const [name, dims] of inferShapes(graph, input)) {
    const [count, channels, height, width] = dims;
    const isImage =
      dims.length === 4 && count === 1 && dims.every((side) => Number.isInteger(side) && side > 0);
    if (isImage && !graph.initializers.has(name)) {
      shapes.set(name, { channels: Number(channels), height: Number(height), width: Number(width) });
    }
  }
  return shapes;
}

/** Numbers about sizes are put together as tensors are, but have no shape of an image. */
const isOfSizes = ({ op, outputs: [output = ''] }: Node, shapes: ReadonlyMap<string, Shape>) =>
  op === 'Concat' && !shapes.has(output);

type Fused = Node & { readonly rectified?: boolean };

/** A convolution whose only reader is a rectifier does its work. */
function fuseRectifiers(nodes: readonly Node[]): readonly Fused[] {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const rectifierOf = ({ op, outputs: [output = ''] }: Node) => {
    const [reader, ...others] = readers.get(output) ?? [];
    return op === 'Conv' && reader?.op === 'Relu' && others.length === 0 ? reader : undefined;
  };
  const done = new Set(nodes.map(rectifierOf));
  return nodes
    .filter((node) => !done.has(node))
    .map((node) => {
      const rectifier = rectifierOf(node);
      return rectifier ? { ...node, outputs: rectifier.outputs, rectified: true } : node;
    });
}

function toLayer(node: Fused, graph: Graph): Layer | undefined {
  const [output = ''] = node.outputs;
  const [first = '', second = ''] = node.inputs;
  switch (node.op) {
    case 'Conv':
      return toConvolution(node, graph);
    case 'MaxPool':
      return isHalving(node) ? { kind: 'pool', inputs: [first], output } : undefined;
    case 'Resize':
      return toResize(node, graph);
    case 'Add':
      return { kind: 'add', inputs: [first, second], output };
    case 'Concat':
      return intAttribute(node, 'axis') === 1 ? { kind: 'concat', inputs: node.inputs, output } : undefined;
    case 'Sigmoid':
      return { kind: 'sigmoid', inputs: [first], output };
    case 'Relu':
      return { kind: 'rectify', inputs: [first], output };
    default:
      return undefined;
  }
}

function toConvolution(node: Fused, graph: Graph): Convolution | undefined {
  const [input = '', weightsName = '', biasName = ''] = node.inputs;
  const weights = readWeights(weightsName, graph);
  if (weights === undefined || !isOrdinary(node)) return undefined;
  const [outputs, channels, height, width] = weights.dims;
  const biasTensor = graph.initializers.get(biasName);
  const bias = biasTensor ? floatsOf(biasTensor) : new Float32Array(outputs);
  const [top = 0, left = 0] = intsAttribute(node, 'pads');
  if (bias?.length !== outputs) return undefined;
  return {
    kind: 'convolution',
    inputs: [input],
    output: node.outputs[0] ?? '',
    weights: weights.make,
    bias,
    channels,
    window: { height, width },
    pads: { top, left },
    stride: intsAttribute(node, 'strides')[0] ?? 1,
    dilation: intsAttribute(node, 'dilations')[0] ?? 1,
    rectified: node.rectified === true,
  };
}

interface Weights {
  readonly dims: readonly [outputs: number, channels: number, height: number, width: number];
  readonly make: () => Float32Array;
}

/** Kept as numbers, or as 8 bits with one scale for all. */
function readWeights(name: string, graph: Graph): Weights | undefined {
  const maker = graph.nodes.find(({ op, outputs }) => op === 'DequantizeLinear' && outputs[0] === name);
  const [kept = name, scaleName = '', zeroName = ''] = maker?.inputs ?? [];
  const tensor = graph.initializers.get(kept);
  if (tensor === undefined) return undefined;
  const [outputs = 0, channels = 0, height = 0, width = 0] = dimsOf(tensor);
  const numbers = maker ? readBytes(tensor, scaleName, zeroName, graph) : readFloats(tensor);
  if (numbers === undefined || numbers.count !== outputs * channels * height * width) return undefined;
  return { dims: [outputs, channels, height, width], make: numbers.make };
}

function readFloats(tensor: Initializer) {
  const raw = rawOf(tensor);
  if (raw?.type !== FLOAT) return undefined;
  return { count: raw.bytes.length / 4, make: () => floatsOf(tensor) ?? new Float32Array() };
}

function readBytes(tensor: Initializer, scaleName: string, zeroName: string, { initializers }: Graph) {
  const [scale, zero] = [scaleName, zeroName].map((name) => {
    const number = initializers.get(name);
    return number && scalarOf(number);
  });
  if (scale === undefined || zero === undefined) return undefined;
  return dequantized(tensor, scale, zero);
}

/** One group, padding in numbers, and steps that are the same down and across. */
function isOrdinary(node: Node): boolean {
  const isSame = ([down = 1, across = down]: readonly number[]) => down === across;
  return (
    (intAttribute(node, 'group') ?? 1) === 1 &&
    isNotAutomatic(node) &&
    isSame(intsAttribute(node, 'strides')) &&
    isSame(intsAttribute(node, 'dilations'))
  );
}

function isHalving(node: Node): boolean {
  const both = (name: string) => intsAttribute(node, name).join() === '2,2';
  return (
    both('kernel_shape') &&
    both('strides') &&
    isNotAutomatic(node) &&
    intsAttribute(node, 'pads').every((pixels) => pixels === 0) &&
    intsAttribute(node, 'dilations').every((step) => step === 1)
  );
}

const isNotAutomatic = (node: Node) => ['NOTSET', undefined].includes(textAttribute(node, 'auto_pad'));

function toResize(node: Node, { initializers }: Graph): Layer | undefined {
  if (textAttribute(node, 'mode') !== 'linear' || intAttribute(node, 'antialias') === 1) return undefined;
  const [input = '', , factorsName = '', sizes] = node.inputs;
  const factors = initializers.get(factorsName);
  // With other factors pixels would lie elsewhere than the sizes say, which are whole.
  const isExact = sizes !== undefined || (factors && floatsOf(factors)?.every(Number.isInteger));
  if (isExact !== true || hasAttribute(node, 'axes')) return undefined;
  const [output = ''] = node.outputs;
  const coordinates = textAttribute(node, 'coordinate_transformation_mode') ?? 'half_pixel';
  switch (coordinates) {
    case 'half_pixel':
    case 'pytorch_half_pixel':
      return { kind: 'resize', inputs: [input], output, corners: 'half-pixel' };
    case 'align_corners':
      return { kind: 'resize', inputs: [input], output, corners: 'aligned' };
    default:
      return undefined;
  }
}
