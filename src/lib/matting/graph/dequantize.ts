/**
 * Dynamically quantised networks round whatever a layer is given to 8 bits, multiply whole numbers, and scale the sums.
 * Here each such layer becomes the convolution of floating-point numbers that it stands for: nothing is rounded any
 * more, and onnxruntime has it in blocks of channels. On x64 its 8-bit convolution is hardly faster than that one, and
 * what surrounds it costs more than it saves. Weights stay 8 bits in the file; onnxruntime makes numbers of them as it
 * loads it (with `session.disable_quant_qdq`, else at every run).
 */
import { dimsOf, int64sOf, rawOf, type Graph, type Node } from './onnx.ts';

/** `Add(Mul(Cast(ConvInteger(DynamicQuantizeLinear(input), kernel)), scales), Reshape(bias))`, the last one optional. */
interface Layer {
  readonly convolution: Node;
  readonly input: string;
  /** Of the kernel; the scale of the input is computed anew for every image. */
  readonly scale: string;
  readonly bias?: string;
  readonly output: string;
}

/** Replaces every layer that is understood, or none. What was for them alone is left without use. */
export function dequantize(graph: Graph): void {
  const reader = new GraphReader(graph);
  const layers = graph.nodes.flatMap((node) => (node.op === 'ConvInteger' ? [layerOf(reader, node)] : []));
  const byOutput = new Map(layers.map((layer) => [layer?.output, layer]));
  if (byOutput.has(undefined)) return;
  graph.nodes = graph.nodes.flatMap((node) => {
    const layer = byOutput.get(node.outputs[0]);
    return layer ? floatLayer(layer) : [node];
  });
}

function layerOf(graph: GraphReader, convolution: Node): Layer | undefined {
  const [rounded, kernel, , zeroPoint] = convolution.inputs;
  const rounding = graph.maker(rounded, 'DynamicQuantizeLinear');
  const sums = graph.onlyUser(convolution.outputs[0], 'Cast');
  const product = sums && graph.onlyUser(sums.outputs[0], 'Mul');
  const scales = product && graph.maker(otherInput(product, sums.outputs[0]), 'Mul');
  if (rounding === undefined || product === undefined || scales === undefined) return undefined;
  const scale = otherInput(scales, rounding.outputs[1]);
  if (!graph.isNumber(scale) || !graph.isNumber(zeroPoint) || !graph.isKept(kernel)) return undefined;
  const layer = { convolution, input: rounding.inputs[0], scale };
  const [output] = product.outputs;
  const sum = graph.onlyUser(output, 'Add');
  const shaped = sum && graph.maker(otherInput(sum, output), 'Reshape');
  if (!shaped || !graph.isOneAChannel(shaped)) return { ...layer, output };
  return { ...layer, bias: shaped.inputs[0], output: sum.outputs[0] };
}

function floatLayer({ convolution, input, scale, bias, output }: Layer): Node[] {
  const [, kernel, , zeroPoint] = convolution.inputs;
  const numbers = `${kernel} as numbers`;
  const plain = { domain: '', attributes: [] };
  return [
    {
      ...plain,
      op: 'DequantizeLinear',
      name: numbers,
      inputs: [kernel, scale, zeroPoint],
      outputs: [numbers],
    },
    {
      ...convolution,
      op: 'Conv',
      inputs: [input, numbers, ...(bias === undefined ? [] : [bias])],
      outputs: [output],
    },
  ];
}

const otherInput = ({ inputs }: Node, name: string): string => inputs.find((input) => input !== name) ?? '';

/** Answers who makes and who uses a tensor. */
class GraphReader {
  readonly #initializers: Graph['initializers'];
  readonly #makers: ReadonlyMap<string, Node>;
  readonly #users: ReadonlyMap<string, readonly Node[]>;

  constructor({ nodes, initializers }: Graph) {
    this.#initializers = initializers;
    this.#makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
    const uses = nodes.flatMap((node) => node.inputs.map((name) => ({ name, node })));
    const byName = Map.groupBy(uses, ({ name }) => name);
    this.#users = new Map([...byName].map(([name, list]) => [name, list.map(({ node }) => node)]));
  }

  maker(name: string, op: string): Node | undefined {
    const node = this.#makers.get(name);
    return node?.op === op ? node : undefined;
  }

  onlyUser(name: string, op: string): Node | undefined {
    const [user, another] = this.#users.get(name) ?? [];
    return another === undefined && user?.op === op ? user : undefined;
  }

  isKept(name: string): boolean {
    const tensor = this.#initializers.get(name);
    return tensor !== undefined && rawOf(tensor) !== undefined;
  }

  isNumber(name: string): boolean {
    return this.#dims(name)?.every((size) => size === 1) === true;
  }

  isOneAChannel({ inputs: [numbers, shape] }: Node): boolean {
    const target = this.#initializers.get(shape);
    return this.#dims(numbers)?.length === 1 && String(target && int64sOf(target)) === '1,-1,1,1';
  }

  #dims(name: string): number[] | undefined {
    const tensor = this.#initializers.get(name);
    return tensor && dimsOf(tensor);
  }
}
