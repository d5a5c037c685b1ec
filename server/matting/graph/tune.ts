/**
 * Rewrites a network into one that computes the same, faster. onnxruntime keeps tensors in blocks of channels on x64
 * (its NCHWc layout), which convolutions are fast with; each operator that it cannot run in that layout costs a copy
 * there and one back. Of U²-Net p's 375 ms those copies, and what they surround, were 55, and 130 MB at the peak.
 */
import {
  dimsOf,
  floatTensor,
  hasAttribute,
  holdsGraph,
  intAttribute,
  rawOf,
  rawTensor,
  readModelOrNothing,
  removeUnused,
  textAttribute,
  withText,
  type Graph,
  type Initializer,
  type Node,
} from '#matting/graph/onnx.ts';
import { dequantize } from '#matting/graph/dequantize.ts';
import { inferShapes } from '#matting/graph/shapes.ts';

export interface Tuning {
  readonly inputSize: { readonly width: number; readonly height: number };
  /** The only output that is asked for. */
  readonly outputIndex: number;
}

/** Channels of a block: 16 with AVX-512, 8 without. */
const BLOCK = 16;

/**
 * The same network with the one output that is used, for inputs of one size. `undefined` when there is nothing to gain,
 * or when these are no weights that it understands: they are used as they are then.
 */
export function tuneGraph(weights: Uint8Array, { inputSize, outputIndex }: Tuning): Uint8Array | undefined {
  const model = readModelOrNothing(weights);
  if (model === undefined) return undefined;
  const { graph } = model;
  const output = graph.outputs[outputIndex];
  if (output === undefined || graph.inputs.length !== 1 || graph.nodes.some(holdsGraph)) return undefined;
  // Quantised with fixed ranges: onnxruntime has fast kernels for that.
  if (graph.nodes.some(({ op }) => op === 'QuantizeLinear')) return undefined;
  dequantize(graph);
  if (!graph.nodes.some(({ op }) => op === 'Conv')) return undefined;
  graph.outputs = [output];
  // Before it counts who uses what.
  removeUnused(graph);
  const shapes = inferShapes(graph, [1, 3, inputSize.height, inputSize.width]);
  graph.nodes = graph.nodes.map((node) =>
    node.op === 'Resize' ? scaleByFactors(graph, node, shapes) : node,
  );
  splitConcatenations(graph, shapes);
  removeUnused(graph);
  return model.write();
}

type Shapes = ReturnType<typeof inferShapes>;
type Makers = ReadonlyMap<string, Node>;

/**
 * Exporters state the size that a layer is brought to. Stated as whole factors, the blocked layout can be kept. PyTorch's
 * half pixels differ from the ordinary ones only where a side shrinks to one pixel.
 */
function scaleByFactors(graph: Graph, node: Node, shapes: Shapes): Node {
  const [input, region, , sizes] = node.inputs;
  const [from, to] = [shapes.get(input), shapes.get(node.outputs[0])];
  const halfPixels = ['half_pixel', 'pytorch_half_pixel'].includes(
    textAttribute(node, 'coordinate_transformation_mode') ?? 'half_pixel',
  );
  if (!from || !to || !sizes || !halfPixels || textAttribute(node, 'mode') !== 'linear') return node;
  if (to.length !== from.length || hasAttribute(node, 'axes')) return node;
  const factors = from.map((side, i) => to[i] / side);
  if (!factors.every(Number.isSafeInteger) || to[2] === 1 || to[3] === 1) return node;
  const name = `factors ${factors.join(' ')}`;
  graph.initializers.set(name, floatTensor(name, [factors.length], Float32Array.from(factors)));
  return withText({ ...node, inputs: [input, region, name] }, 'coordinate_transformation_mode', 'half_pixel');
}

/**
 * A convolution of concatenated tensors is the sum of one for each of them: then nothing is copied together, and
 * onnxruntime adds as it goes. In the order of the parts, with the bias at the end, the sums are the same to the bit.
 */
function splitConcatenations(graph: Graph, shapes: Shapes): void {
  const makers: Makers = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
  const uses = Map.groupBy(
    graph.nodes.flatMap(({ inputs }) => inputs),
    (name) => name,
  );
  graph.nodes = graph.nodes.flatMap((node) => {
    const source = makers.get(node.inputs[0]);
    if (node.op !== 'Conv' || source?.op !== 'Concat' || uses.get(node.inputs[0])?.length !== 1)
      return [node];
    if (intAttribute(source, 'axis') !== 1 || (intAttribute(node, 'group') ?? 1) !== 1) return [node];
    return splitConvolution(graph, { node, parts: source.inputs, shapes, makers }) ?? [node];
  });
}

function splitConvolution(
  graph: Graph,
  { node, parts, shapes, makers }: { node: Node; parts: readonly string[]; shapes: Shapes; makers: Makers },
): Node[] | undefined {
  const [, kernel, bias] = node.inputs;
  const channels = parts.map((part) => shapes.get(part)?.[1] ?? Number.NaN);
  if (!channels.every((count) => count % BLOCK === 0)) return undefined;
  const kernels = splitKernel(graph, kernel, { maker: makers.get(kernel), channels });
  if (kernels === undefined) return undefined;
  const last = parts.length - 1;
  const [output] = node.outputs;
  const products = parts.map((_, n) => `${output} of part ${n}`);
  const nodes = parts.map((part, n): Node => {
    const inputs = [part, kernels.names[n], ...(n === last && bias ? [bias] : [])];
    return { ...node, name: `${node.name} ${n}`, inputs, outputs: [products[n]] };
  });
  let sum = products[0];
  for (let n = 1; n < parts.length; n++) {
    const next = n === last ? output : `${output} up to part ${n}`;
    const name = `${node.name} + ${n}`;
    nodes.push({ op: 'Add', name, domain: '', attributes: [], inputs: [products[n], sum], outputs: [next] });
    sum = next;
  }
  return [...kernels.nodes, ...nodes];
}

interface Kernels {
  readonly names: readonly string[];
  /** That make numbers of them. */
  readonly nodes: readonly Node[];
}

/** A kernel is kept as numbers, or made of 8 bits. */
function splitKernel(
  graph: Graph,
  name: string,
  { maker, channels }: { maker: Node | undefined; channels: readonly number[] },
): Kernels | undefined {
  const kept = graph.initializers.get(maker?.op === 'DequantizeLinear' ? maker.inputs[0] : name);
  const parts = kept && splitChannels(kept, channels);
  if (parts === undefined) return undefined;
  for (const part of parts) graph.initializers.set(part.name, part);
  if (maker === undefined) return { names: parts.map(({ name }) => name), nodes: [] };
  const names = parts.map((_, n) => `${name} of part ${n}`);
  const nodes = parts.map((part, n): Node => {
    const inputs = [part.name, ...maker.inputs.slice(1)];
    return { ...maker, name: names[n], inputs, outputs: [names[n]] };
  });
  return { names, nodes };
}

/** By input channels: the second of [output channels, input channels, height, width]. */
function splitChannels(kernel: Initializer, channels: readonly number[]): Initializer[] | undefined {
  const [outputs, inputs, height, width] = dimsOf(kernel);
  const raw = rawOf(kernel);
  if (raw === undefined || channels.length < 2 || channels.reduce((sum, count) => sum + count) !== inputs) {
    return undefined;
  }
  const channelBytes = raw.bytes.length / (outputs * inputs);
  let first = 0;
  return channels.map((count, n) => {
    const bytes = new Uint8Array(outputs * count * channelBytes);
    for (let output = 0; output < outputs; output++) {
      const from = (output * inputs + first) * channelBytes;
      bytes.set(raw.bytes.subarray(from, from + count * channelBytes), output * count * channelBytes);
    }
    first += count;
    return rawTensor(`${kernel.name} of part ${n}`, [outputs, count, height, width], { ...raw, bytes });
  });
}
