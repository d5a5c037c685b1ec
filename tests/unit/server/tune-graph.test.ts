import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { readModel } from '#matting/graph/onnx.ts';
import { tuneGraph } from '../../../server/matting/graph/tune.ts';
import { readWeights } from '../../../server/matting/weights.ts';
import { tinyModelWeights } from '../../fixtures/tiny-model.ts';

const { inputSize } = DEFAULT_MODEL;
let weights: Uint8Array;

beforeAll(async () => {
  weights = await readWeights(DEFAULT_MODEL);
});

/** What the network makes of a pattern. */
async function answer(network: Uint8Array, outputIndex: number): Promise<Float32Array> {
  const session = await InferenceSession.create(network, { logSeverityLevel: 3 });
  const [input = ''] = session.inputNames;
  const output = session.outputNames[outputIndex] ?? '';
  const data = Float32Array.from({ length: 3 * 320 * 320 }, (_, i) => Math.sin(i * 0.37));
  const { [output]: result } = await session.run({ [input]: new Tensor('float32', data, [1, 3, 320, 320]) }, [
    output,
  ]);
  await session.release();
  return result?.data as Float32Array;
}

describe('a tuned network', () => {
  it('says the same as the published one, at any of its outputs', async () => {
    for (const outputIndex of [0, 6]) {
      const tuned = tuneGraph(weights, { inputSize, outputIndex });
      const [ours, theirs] = [await answer(tuned ?? weights, 0), await answer(weights, outputIndex)];
      expect(ours.length).toBe(theirs.length);
      expect(Math.max(...ours.map((value, i) => Math.abs(value - (theirs[i] ?? 0))))).toBeLessThan(1e-5);
    }
  });

  it('states every size as whole factors, copies no tensors together, and computes nothing unasked', () => {
    const tuned = tuneGraph(weights, { inputSize, outputIndex: 0 });
    const { nodes, outputs } = readModel(tuned ?? weights).graph;
    const count = (op: string) => nodes.filter((node) => node.op === op).length;
    expect(nodes.filter(({ op, inputs }) => op === 'Resize' && inputs.length !== 3)).toEqual([]);
    // That of the six side outputs, which have one channel each.
    expect(count('Concat')).toBe(1);
    expect(count('Shape')).toBe(0);
    expect(outputs).toHaveLength(1);
    expect(count('Sigmoid')).toBe(1);
  });
});

describe('weights are used as they are', () => {
  it.each<[string, () => Uint8Array]>([
    ['that are cut short', () => weights.subarray(0, 1_000_000)],
    ['that are no network', () => new TextEncoder().encode('<html>Not found</html>')],
    ['that are empty', () => new Uint8Array(0)],
    ['of a network without convolutions', () => tinyModelWeights()],
  ])('%s', (_, bytes) => {
    expect(tuneGraph(bytes(), { inputSize, outputIndex: 0 })).toBeUndefined();
  });

  it('when they have no such output', () => {
    expect(tuneGraph(weights, { inputSize, outputIndex: 7 })).toBeUndefined();
  });
});
