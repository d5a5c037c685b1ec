import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DenseLayer, FOUR, runLayers, runPlainly } from '#matting/refine/dense-layers.ts';
import { Random } from '../../eval/draw/random.ts';

function layer(random: Random, inputs: number, outputs: number, rectified: boolean): DenseLayer {
  const numbers = Float32Array.from({ length: outputs * (inputs + 1) }, () => random.normal());
  return { inputs, outputs, numbers, rectified };
}

describe('dense layers', () => {
  it('are the same to the bit with SIMD and without, for any number of places', () => {
    const fours = fc.integer({ min: 1, max: 12 }).map((count) => count * FOUR);
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          inputs: fc.integer({ min: 1, max: 50 }),
          hidden: fours,
          outputs: fours,
          places: fc.integer({ min: 1, max: 400 }).map((count) => count * FOUR),
        }),
        ({ seed, inputs, hidden, outputs, places }) => {
          const random = new Random(seed);
          const layers = [layer(random, inputs, hidden, true), layer(random, hidden, outputs, false)];
          const input = Float32Array.from({ length: places * inputs }, () => random.normal());
          const plain = layers.reduce<Float32Array>(
            (row, each) => runPlainly(each, row, places / FOUR),
            input,
          );
          expect(runLayers(layers, input)).toEqual(plain);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sum weighted inputs and offsets, and cut off what is below zero', () => {
    // Two inputs, four outputs: their sum, their difference, its opposite, and an offset alone.
    const numbers = Float32Array.of(0, 0, 0, 7, 1, 1, -1, 0, 1, -1, 1, 0);
    const layer = { inputs: 2, outputs: 4, numbers };
    const input = Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40);
    expect([...runLayers([{ ...layer, rectified: false }], input)]).toEqual([
      ...[11, 22, 33, 44],
      ...[-9, -18, -27, -36],
      ...[9, 18, 27, 36],
      ...[7, 7, 7, 7],
    ]);
    expect([...runLayers([{ ...layer, rectified: true }], input).subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  });
});
