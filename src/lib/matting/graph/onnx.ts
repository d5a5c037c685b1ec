/** The parts of an ONNX file that rewriting its graph touches. Numbers of fields: onnx/onnx.proto3 of ONNX. */
import {
  bytesField,
  bytesOf,
  intField,
  intsOf,
  readMessage,
  textField,
  textOf,
  textsOf,
  writeMessage,
  type Field,
} from './protobuf.ts';

const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, int: 3, text: 4, tensor: 5, graph: 6, ints: 8, graphs: 11, type: 20 } as const;
const TENSOR = { dims: 1, type: 2, floats: 4, smallInts: 5, ints: 7, name: 8, raw: 9 } as const;
/** Types of attributes. */
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_TEXT = 3;
const ATTRIBUTE_INTS = 7;
const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT64 = 7;

export interface Node {
  readonly op: string;
  /** An input that is left out has an empty name. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name: string;
  readonly domain: string;
  readonly attributes: readonly Attribute[];
}

export interface Attribute {
  readonly name: string;
  readonly fields: readonly Field[];
}

export interface Initializer {
  readonly name: string;
  readonly fields: readonly Field[];
}

export interface Graph {
  nodes: Node[];
  initializers: Map<string, Initializer>;
  /** Names; old files list the initializers as well. */
  readonly inputs: readonly string[];
  outputs: string[];
}

export interface Model {
  readonly graph: Graph;
  /** The file with `graph` as it is by then. */
  write(): Uint8Array<ArrayBuffer>;
}

/** @throws RangeError when this is no ONNX file */
export function readModel(weights: Uint8Array): Model {
  const model = readMessage(weights);
  const graphBytes = bytesOf(model, MODEL.graph);
  if (graphBytes === undefined) throw new RangeError('There is no graph.');
  const fields = readMessage(graphBytes);
  const initializers = new Map(
    messages(fields, GRAPH.initializer).map((tensor) => {
      const name = textOf(tensor, TENSOR.name) ?? '';
      return [name, { name, fields: tensor }];
    }),
  );
  const names = (id: number) => messages(fields, id).map((value) => textOf(value, 1) ?? '');
  const graph: Graph = {
    nodes: messages(fields, GRAPH.node).map(readNode),
    initializers,
    inputs: names(GRAPH.input),
    outputs: names(GRAPH.output),
  };
  return { graph, write: () => writeModel(model, fields, graph) };
}

/** `undefined` when this is no ONNX file. */
export function readModelOrNothing(weights: Uint8Array): Model | undefined {
  try {
    return readModel(weights);
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

/** Leaves what the outputs need, in its order. */
export function removeUnused(graph: Graph): void {
  const used = new Set(graph.outputs);
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => used.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) used.add(input);
  }
  graph.nodes = nodes.reverse();
  graph.initializers = new Map([...graph.initializers].filter(([name]) => used.has(name)));
}

function messages(fields: readonly Field[], id: number): Field[][] {
  return fields.flatMap((field) =>
    field.id === id && field.kind === 'bytes' ? [readMessage(field.value)] : [],
  );
}

function readNode(fields: readonly Field[]): Node {
  return {
    op: textOf(fields, NODE.op) ?? '',
    inputs: textsOf(fields, NODE.input),
    outputs: textsOf(fields, NODE.output),
    name: textOf(fields, NODE.name) ?? '',
    domain: textOf(fields, NODE.domain) ?? '',
    attributes: messages(fields, NODE.attribute).map((attribute) => ({
      name: textOf(attribute, ATTRIBUTE.name) ?? '',
      fields: attribute,
    })),
  };
}

function writeModel(
  model: readonly Field[],
  before: readonly Field[],
  { nodes, initializers, outputs }: Graph,
): Uint8Array<ArrayBuffer> {
  const nameOf = ({ value }: Field) =>
    typeof value === 'bigint' ? '' : (textOf(readMessage(value), 1) ?? '');
  const kept = before.filter((field) => {
    if (field.id === GRAPH.node || field.id === GRAPH.initializer) return false;
    return field.id !== GRAPH.output || outputs.includes(nameOf(field));
  });
  const described = new Set(before.filter(({ id }) => id === GRAPH.output).map(nameOf));
  // A new output's type and shape follow from the node that makes it.
  const added = outputs.filter((name) => !described.has(name));
  const graph = writeMessage([
    ...nodes.map((node) => bytesField(GRAPH.node, writeNode(node))),
    ...[...initializers.values()].map(({ fields }) => bytesField(GRAPH.initializer, writeMessage(fields))),
    ...kept,
    ...added.map((name) => bytesField(GRAPH.output, writeMessage([textField(1, name)]))),
  ]);
  return writeMessage(
    model.map((field) => (field.id === MODEL.graph ? bytesField(MODEL.graph, graph) : field)),
  );
}

function writeNode({ op, inputs, outputs, name, domain, attributes }: Node): Uint8Array {
  return writeMessage([
    ...inputs.map((input) => textField(NODE.input, input)),
    ...outputs.map((output) => textField(NODE.output, output)),
    textField(NODE.name, name),
    textField(NODE.op, op),
    ...attributes.map(({ fields }) => bytesField(NODE.attribute, writeMessage(fields))),
    ...(domain === '' ? [] : [textField(NODE.domain, domain)]),
  ]);
}

function attribute({ attributes }: Node, name: string): readonly Field[] {
  return attributes.find((attribute) => attribute.name === name)?.fields ?? [];
}

export const intAttribute = (node: Node, name: string): number | undefined =>
  intsOf(attribute(node, name), ATTRIBUTE.int)[0];
export const textAttribute = (node: Node, name: string): string | undefined =>
  textOf(attribute(node, name), ATTRIBUTE.text);
/** Empty when it is not there. */
export const intsAttribute = (node: Node, name: string): number[] =>
  intsOf(attribute(node, name), ATTRIBUTE.ints);

export function tensorAttribute(node: Node, name: string): Initializer | undefined {
  const bytes = bytesOf(attribute(node, name), ATTRIBUTE.tensor);
  return bytes && { name: '', fields: readMessage(bytes) };
}

/** Has it branches or loops? They are graphs of their own, which may use any tensor of this one. */
export const holdsGraph = ({ attributes }: Node): boolean =>
  attributes.some(({ fields }) => fields.some(({ id }) => id === ATTRIBUTE.graph || id === ATTRIBUTE.graphs));

export const hasAttribute = ({ attributes }: Node, name: string): boolean =>
  attributes.some((attribute) => attribute.name === name);

/** The node with this attribute in the place of the one of that name. */
export function withText(node: Node, name: string, text: string): Node {
  const others = node.attributes.filter((attribute) => attribute.name !== name);
  return { ...node, attributes: [...others, textAttributeOf(name, text)] };
}

export const textAttributeOf = (name: string, text: string): Attribute =>
  attributeOf(name, ATTRIBUTE_TEXT, [textField(ATTRIBUTE.text, text)]);
export const intAttributeOf = (name: string, value: number): Attribute =>
  attributeOf(name, ATTRIBUTE_INT, [intField(ATTRIBUTE.int, value)]);
export const intsAttributeOf = (name: string, values: readonly number[]): Attribute =>
  attributeOf(
    name,
    ATTRIBUTE_INTS,
    values.map((value) => intField(ATTRIBUTE.ints, value)),
  );

function attributeOf(name: string, type: number, value: readonly Field[]): Attribute {
  return { name, fields: [textField(ATTRIBUTE.name, name), ...value, intField(ATTRIBUTE.type, type)] };
}

export const dimsOf = ({ fields }: Initializer): number[] => intsOf(fields, TENSOR.dims);

/** Whole numbers of a small tensor; undefined when it is of another type. */
export function int64sOf({ fields }: Initializer): number[] | undefined {
  if (intsOf(fields, TENSOR.type)[0] !== INT64) return undefined;
  const raw = bytesOf(fields, TENSOR.raw);
  if (raw === undefined) return intsOf(fields, TENSOR.ints);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.length / 8 }, (_, i) => Number(view.getBigInt64(i * 8, true)));
}

/** A copy of the numbers; undefined when they are of another type, or kept otherwise than raw. */
export function floatsOf({ fields }: Initializer): Float32Array | undefined {
  const raw = bytesOf(fields, TENSOR.raw);
  if (raw === undefined || intsOf(fields, TENSOR.type)[0] !== FLOAT) return undefined;
  // A Buffer would not copy with `slice`.
  return new Float32Array(Uint8Array.from(raw).buffer);
}

/** The bytes of a tensor that is kept raw, a number after the other, and their type. Not a copy. */
export function rawOf({
  fields,
}: Initializer): { readonly type: number; readonly bytes: Uint8Array } | undefined {
  const bytes = bytesOf(fields, TENSOR.raw);
  const [type] = intsOf(fields, TENSOR.type);
  return bytes && type !== undefined ? { type, bytes } : undefined;
}

/** The number of a tensor that holds one, of single precision or 8 bits; undefined when it is of another type. */
export function scalarOf({ fields }: Initializer): number | undefined {
  const [type] = intsOf(fields, TENSOR.type);
  const raw = bytesOf(fields, TENSOR.raw);
  const bytes = raw ?? bytesOf(fields, TENSOR.floats);
  switch (type) {
    case FLOAT:
      return bytes?.length === 4
        ? new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true)
        : undefined;
    case UINT8:
      return raw?.[0] ?? intsOf(fields, TENSOR.smallInts)[0];
    case INT8:
      return raw?.[0] === undefined ? intsOf(fields, TENSOR.smallInts)[0] : (raw[0] << 24) >> 24;
    default:
      return undefined;
  }
}

/** The numbers of a tensor of 8 bits that is kept raw, which stand for `(number - zero) * scale`. */
export function dequantized(
  tensor: Initializer,
  scale: number,
  zero: number,
): { readonly count: number; readonly make: () => Float32Array } | undefined {
  const raw = rawOf(tensor);
  if (raw === undefined || ![UINT8, INT8].includes(raw.type)) return undefined;
  const { buffer, byteOffset, length } = raw.bytes;
  const bytes = raw.type === INT8 ? new Int8Array(buffer, byteOffset, length) : raw.bytes;
  const make = () => {
    const numbers = new Float32Array(bytes.length);
    for (let i = 0; i < bytes.length; i += 1) numbers[i] = (bytes[i] - zero) * scale;
    return numbers;
  };
  return { count: length, make };
}

export function rawTensor(
  name: string,
  dims: readonly number[],
  { type, bytes }: { readonly type: number; readonly bytes: Uint8Array },
): Initializer {
  return {
    name,
    fields: [
      ...dims.map((size) => intField(TENSOR.dims, size)),
      intField(TENSOR.type, type),
      textField(TENSOR.name, name),
      bytesField(TENSOR.raw, bytes),
    ],
  };
}

export function floatTensor(name: string, dims: readonly number[], data: Float32Array): Initializer {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return rawTensor(name, dims, { type: FLOAT, bytes });
}
