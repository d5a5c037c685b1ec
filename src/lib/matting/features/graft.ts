/**
 * A network tells more than its mask: the tensors that its mask is made of know what belongs together. A few weighted
 * sums of their channels are appended to the mask's output as further channels, by convolutions of one pixel, from the
 * coarsest tensor to the finest. They cost about a hundredth of a run, and every host computes them as it does the rest.
 */
import { inferShapes } from '../graph/shapes.ts';
import {
  floatTensor,
  intsAttributeOf,
  readModelOrNothing,
  textAttributeOf,
  intAttributeOf,
  type Graph,
  type Node,
} from '../graph/onnx.ts';

/** One tensor that sums are taken of. */
export interface Tap {
  readonly tensor: string;
  /** `outputs` sums of its channels: of each sum, the weight of each channel. */
  readonly weights: Float32Array;
}

export interface Projection {
  /** From the coarsest to the finest, which has the mask's size; each has twice the sides of the one before. */
  readonly taps: readonly Tap[];
  /** Added to each sum. Their number is that of the sums. */
  readonly offsets: Float32Array;
}

interface Site {
  readonly inputSize: { readonly width: number; readonly height: number };
  readonly outputIndex: number;
}

/**
 * The network with one output: [1, 1 + sums, height, width], the mask first. `undefined` when the projection is for
 * another network.
 */
export function graft(
  weights: Uint8Array,
  site: Site,
  { taps, offsets }: Projection,
): Uint8Array<ArrayBuffer> | undefined {
  const model = readModelOrNothing(weights);
  const mask = model?.graph.outputs[site.outputIndex];
  if (model === undefined || mask === undefined) return undefined;
  const { graph } = model;
  const { width, height } = site.inputSize;
  const shapes = inferShapes(graph, [1, 3, height, width]);
  let sum: string | undefined;
  for (const [index, tap] of taps.entries()) {
    const channels = shapes.get(tap.tensor)?.[1];
    if (channels === undefined || channels * offsets.length !== tap.weights.length) return undefined;
    const isLast = index === taps.length - 1;
    const own = convolve(graph, tap, channels, isLast ? offsets : new Float32Array(offsets.length));
    sum = sum === undefined ? own : add(graph, enlarge(graph, sum), own);
  }
  if (sum !== undefined) graph.outputs = [concatenate(graph, mask, sum)];
  return model.write();
}

/** Nodes are appended: what they need is made before them. */
function append(graph: Graph, node: Omit<Node, 'domain' | 'name' | 'outputs'>): string {
  const name = `grafted ${node.op} ${String(graph.nodes.length)}`;
  graph.nodes.push({ ...node, name, domain: '', outputs: [name] });
  return name;
}

function constant(graph: Graph, name: string, dims: readonly number[], data: Float32Array): string {
  graph.initializers.set(name, floatTensor(name, dims, data));
  return name;
}

function convolve(graph: Graph, { tensor, weights }: Tap, channels: number, offsets: Float32Array): string {
  const dims = [offsets.length, channels, 1, 1];
  return append(graph, {
    op: 'Conv',
    inputs: [
      tensor,
      constant(graph, `grafted weights of ${tensor}`, dims, weights),
      constant(graph, `grafted offsets of ${tensor}`, [offsets.length], offsets),
    ],
    attributes: [intsAttributeOf('kernel_shape', [1, 1])],
  });
}

function enlarge(graph: Graph, input: string): string {
  return append(graph, {
    op: 'Resize',
    inputs: [
      input,
      constant(graph, 'grafted region', [0], new Float32Array()),
      constant(graph, 'grafted factors', [4], Float32Array.of(1, 1, 2, 2)),
    ],
    attributes: [
      textAttributeOf('mode', 'linear'),
      textAttributeOf('coordinate_transformation_mode', 'half_pixel'),
    ],
  });
}

const add = (graph: Graph, first: string, second: string) =>
  append(graph, { op: 'Add', inputs: [first, second], attributes: [] });

const concatenate = (graph: Graph, ...inputs: readonly string[]) =>
  append(graph, { op: 'Concat', inputs, attributes: [intAttributeOf('axis', 1)] });
