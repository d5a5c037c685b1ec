import {
  dimsOf,
  floatsOf,
  int64sOf,
  intAttribute,
  intsAttribute,
  tensorAttribute,
  textAttribute,
  type Graph,
  type Node,
} from './onnx.ts';

type Shape = readonly number[];

/**
 * The shapes of a graph's tensors when its input has the shape `input`, by name. Only what segmentation networks are
 * made of is understood; tensors behind anything else are missing.
 */
export function inferShapes({ nodes, initializers, inputs }: Graph, input: Shape): Map<string, Shape> {
  const known: Known = {
    shapes: new Map(inputs.length === 1 ? [[inputs[0], input]] : []),
    numbers: new Map(),
    scales: new Map(),
  };
  for (const [name, tensor] of initializers) {
    const dims = dimsOf(tensor);
    known.shapes.set(name, dims);
    const few = dims.length <= 1 && (dims[0] ?? 1) <= 16;
    const numbers = few ? int64sOf(tensor) : undefined;
    if (numbers) known.numbers.set(name, numbers);
    const scales = few ? floatsOf(tensor) : undefined;
    if (scales) known.scales.set(name, [...scales]);
  }
  for (const node of nodes) {
    const [output] = node.outputs;
    const numbers = numbersOf(node, known);
    if (numbers) known.numbers.set(output, numbers);
    const shape = shapeOf(node, known);
    if (shape) known.shapes.set(output, shape);
  }
  return known.shapes;
}

interface Known {
  readonly shapes: Map<string, Shape>;
  /** Values of tensors with a few whole numbers: exporters compute sizes of one layer from another's shape. */
  readonly numbers: Map<string, readonly number[]>;
  readonly scales: Map<string, readonly number[]>;
}

function numbersOf(node: Node, { shapes, numbers }: Known): readonly number[] | undefined {
  const given = node.inputs.map((name) => numbers.get(name));
  const [first] = given;
  switch (node.op) {
    case 'Constant': {
      const tensor = tensorAttribute(node, 'value');
      return tensor && dimsOf(tensor).length <= 1 ? int64sOf(tensor) : undefined;
    }
    case 'Shape':
      return node.attributes.length === 0 ? shapes.get(node.inputs[0]) : undefined;
    case 'Cast':
    case 'Identity':
    case 'Squeeze':
    case 'Unsqueeze':
      return first;
    case 'Gather':
      return first && given[1]?.map((index) => first.at(index) ?? Number.NaN);
    case 'Concat':
      return given.every((part) => part !== undefined) ? given.flat() : undefined;
    case 'Slice':
      return first && slice(first, given.slice(1));
    default:
      return undefined;
  }
}

function slice(
  numbers: readonly number[],
  [starts, ends, , steps = [1]]: readonly (readonly number[] | undefined)[],
): readonly number[] | undefined {
  if (starts?.length !== 1 || ends?.length !== 1 || steps[0] !== 1) return undefined;
  return numbers.slice(starts[0], ends[0]);
}

function shapeOf(node: Node, known: Known): Shape | undefined {
  const given = node.inputs.map((name) => known.shapes.get(name));
  const [first, second] = given;
  switch (node.op) {
    case 'Relu':
    case 'Sigmoid':
    case 'Identity':
    case 'BatchNormalization':
    case 'DequantizeLinear':
      return first;
    case 'Add':
      return first && second && String(first) === String(second) ? first : undefined;
    case 'Conv':
      return first && second && [first[0], second[0], ...slid(node, first, second.slice(2), Math.floor)];
    case 'MaxPool': {
      const round = intAttribute(node, 'ceil_mode') === 1 ? Math.ceil : Math.floor;
      return first && [first[0], first[1], ...slid(node, first, intsAttribute(node, 'kernel_shape'), round)];
    }
    case 'Concat':
      return concatenated(given, intAttribute(node, 'axis') ?? 0);
    case 'Resize':
      return resized(node, first, known);
    default:
      return undefined;
  }
}

/** What is left of height and width after a window has slid over them. Unusual padding makes no numbers. */
function slid(node: Node, [, , ...sides]: Shape, kernel: Shape, round: (value: number) => number): number[] {
  const automatic = !['NOTSET', undefined].includes(textAttribute(node, 'auto_pad'));
  const pads = intsAttribute(node, 'pads');
  const strides = intsAttribute(node, 'strides');
  const dilations = intsAttribute(node, 'dilations');
  return sides.map((side, i) => {
    if (automatic) return Number.NaN;
    const padded = side + (pads[i] ?? 0) + (pads[i + sides.length] ?? 0);
    return round((padded - (dilations[i] ?? 1) * (kernel[i] - 1) - 1) / (strides[i] ?? 1)) + 1;
  });
}

function concatenated(parts: readonly (Shape | undefined)[], axis: number): Shape | undefined {
  const [first] = parts;
  if (axis < 0 || first === undefined) return undefined;
  const along = parts.reduce((sum, part) => sum + (part?.[axis] ?? Number.NaN), 0);
  return first.with(axis, along);
}

function resized({ inputs }: Node, shape: Shape | undefined, { numbers, scales }: Known): Shape | undefined {
  if (inputs.length > 3) return numbers.get(inputs[3]);
  const factors = scales.get(inputs[2]);
  return factors && shape?.map((side, i) => Math.floor(side * factors[i]));
}
