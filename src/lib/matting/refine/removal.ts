/**
 * How far a colour model may take away what the network kept: 0 to 1 by cell of the band. A network with one small hidden
 * layer judges it by what describes the cell. It learned from drawn scenes, where each part of the subject that is lost
 * counted twice; `tests/eval/learn/run.ts` makes it again.
 */
import { type DenseLayer, FOUR, placeOf, runLayers } from './dense-layers.ts';
import { type Description, FEATURES } from './description.ts';
import { WEIGHTS } from './removal-weights.ts';

/** @param weights unit after unit @param offsets of the units; filled up to four of them */
function layerOf(
  weights: readonly number[],
  offsets: readonly number[],
  { inputs, rectified }: Pick<DenseLayer, 'inputs' | 'rectified'>,
): DenseLayer {
  const outputs = Math.ceil(offsets.length / FOUR) * FOUR;
  const numbers = new Float32Array(outputs * (inputs + 1));
  for (let unit = 0; unit < offsets.length; unit++) {
    numbers[placeOf(unit, 0, inputs + 1)] = offsets[unit];
    for (let i = 0; i < inputs; i++) numbers[placeOf(unit, i + 1, inputs + 1)] = weights[unit * inputs + i];
  }
  return { inputs, outputs, numbers, rectified };
}

const LAYERS = [
  layerOf(WEIGHTS.input, WEIGHTS.hiddenOffset, { inputs: FEATURES, rectified: true }),
  layerOf(WEIGHTS.output, [WEIGHTS.outputOffset], { inputs: WEIGHTS.output.length, rectified: false }),
];

/** For each described cell, in their order. */
export function mayRemove({ cells, numbers }: Description): Float32Array {
  const answers = runLayers(LAYERS, numbers);
  return Float32Array.from(cells, (_, n) => 1 / (1 + Math.exp(-answers[placeOf(n, 0, FOUR)])));
}
