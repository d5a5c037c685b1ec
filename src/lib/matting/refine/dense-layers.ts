/** A small network of dense layers, for many places at once. The same to the bit with and without SIMD. */
import { layOutDesk } from '../simd/kernels.ts';

/** Places that are computed side by side, and outputs that are. */
export const FOUR = 4;

/**
 * Where number `i` of the `n`th place lies, of `count` a place. The weights of outputs lie alike, their offsets as number
 * 0.
 */
export const placeOf = (n: number, i: number, count: number): number =>
  // In whole numbers, which FOUR is a power of two for.
  ((n >> 2) * count + i) * FOUR + (n & 3);

export interface DenseLayer {
  readonly inputs: number;
  /** A multiple of four. */
  readonly outputs: number;
  /** Of each four outputs their offsets, then for each input a weight of each. */
  readonly numbers: Float32Array;
  /** Is what lies below zero cut off? */
  readonly rectified: boolean;
}

/** Places at a time: they stay in a core's cache. */
const STRIP = 512;

/**
 * @param input of each four places, each input of the four side by side
 * @returns outputs in the same order
 */
export function runLayers(layers: readonly DenseLayer[], input: Float32Array): Float32Array {
  const [first] = layers;
  const last = layers.at(-1);
  if (first === undefined || last === undefined) return input;
  const places = input.length / first.inputs;
  const output = new Float32Array(places * last.outputs);
  const widest = Math.max(first.inputs, ...layers.map(({ outputs }) => outputs));
  const strip = openStrip(layers, widest * STRIP);
  for (let start = 0; start < places; start += STRIP) {
    const end = Math.min(start + STRIP, places);
    const part = input.subarray(start * first.inputs, end * first.inputs);
    output.set(strip(part, (end - start) / FOUR), start * last.outputs);
  }
  return output;
}

type Strip = (input: Float32Array, groups: number) => Float32Array;

function openStrip(layers: readonly DenseLayer[], numbers: number): Strip {
  const bytes = numbers * Float32Array.BYTES_PER_ELEMENT;
  const desk = layOutDesk(bytes, bytes, ...layers.map((layer) => layer.numbers.byteLength));
  if (desk === undefined) {
    return (input, groups) => layers.reduce((row, layer) => runPlainly(layer, row, groups), input);
  }
  const floats = new Float32Array(desk.bytes.buffer);
  const [one = 0, other = 0, ...places] = desk.at;
  for (const [i, layer] of layers.entries()) floats.set(layer.numbers, (places[i] ?? 0) / 4);
  return (input, groups) => {
    floats.set(input, one / 4);
    let [from, to] = [one, other];
    let { length } = input;
    for (const [i, { inputs, outputs, rectified }] of layers.entries()) {
      desk.kernels.dense(from, to, places[i] ?? 0, inputs, outputs, groups, rectified ? 0 : -Infinity);
      [from, to] = [to, from];
      length = groups * FOUR * outputs;
    }
    return floats.subarray(from / 4, from / 4 + length);
  };
}

/** As the kernel does it: each product and each sum rounded to single precision, in the same order. */
export function runPlainly(
  { inputs, outputs, numbers, rectified }: DenseLayer,
  from: Float32Array,
  groups: number,
): Float32Array {
  const { fround } = Math;
  const to = new Float32Array(groups * FOUR * outputs);
  for (let n = 0; n < groups * FOUR; n++) {
    for (let output = 0; output < outputs; output++) {
      let sum = numbers[placeOf(output, 0, inputs + 1)];
      for (let i = 0; i < inputs; i++) {
        const weight = numbers[placeOf(output, i + 1, inputs + 1)];
        sum = fround(sum + fround(from[placeOf(n, i, inputs)] * weight));
      }
      to[placeOf(n, output, outputs)] = rectified ? Math.max(sum, 0) : sum;
    }
  }
  return to;
}
