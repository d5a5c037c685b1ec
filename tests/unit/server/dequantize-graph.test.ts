import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MODEL, findModel } from '#models/registry.ts';
import { readModel } from '#matting/graph/onnx.ts';
import { tuneGraph } from '../../../server/matting/graph/tune.ts';
import { isInstalled, readWeights } from '../../../server/matting/weights.ts';
import { quantizedModelWeights, SIZE } from '../../fixtures/quantized-model.ts';

const isnet = findModel('isnet-small') ?? DEFAULT_MODEL;
const small = { inputSize: { width: SIZE, height: SIZE }, outputIndex: 0 };

/** What a network makes of waves of colour. */
async function answer(network: Uint8Array, size: number): Promise<Float32Array> {
  const session = await InferenceSession.create(network, {
    logSeverityLevel: 3,
    extra: { session: { disable_quant_qdq: '1' } },
  });
  const data = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin((i % size) / 9) / 2);
  const [input = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  const { [output]: result } = await session.run(
    { [input]: new Tensor('float32', data, [1, 3, size, size]) },
    [output],
  );
  await session.release();
  return result?.data as Float32Array;
}

const furthest = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
const mean = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? Number.NaN)), 0) / a.length;

function opsOf(network: Uint8Array): string[] {
  return readModel(network).graph.nodes.map(({ op }) => op);
}

describe('a dynamically quantised network', () => {
  it('is tuned to one of floating-point convolutions, whose parts are added up', () => {
    const ops = opsOf(tuneGraph(quantizedModelWeights(), small) ?? new Uint8Array(0));
    expect(ops.toSorted()).toEqual(
      [
        ...['DequantizeLinear', 'Conv', 'Relu', 'Sigmoid'],
        ...['DequantizeLinear', 'DequantizeLinear', 'Conv', 'Conv', 'Add'],
      ].toSorted(),
    );
  });

  it('says the same, but for what it had rounded', async () => {
    const weights = quantizedModelWeights();
    const before = await answer(weights, SIZE);
    const after = await answer(tuneGraph(weights, small) ?? weights, SIZE);
    const range = Math.max(...before) - Math.min(...before);
    expect(furthest(after, before)).toBeGreaterThan(0);
    expect(furthest(after, before) / range).toBeLessThan(0.02);
  });

  it.each([
    ['with a scale for each channel', { scales: 'many' }],
    ['with layers of fixed ranges', { fixedRanges: true }],
  ] as const)('%s is used as it is', (_, how) => {
    expect(tuneGraph(quantizedModelWeights(how), small)).toBeUndefined();
  });
});

// Skipped where the set-up could not fetch its 113 MB package (no registry within reach); the set-up then says so.
describe.skipIf(!(await isInstalled(isnet)))('IS-Net small, tuned', () => {
  it(
    'has no 8-bit convolution left, and says the same but for the rounding',
    { timeout: 180_000 },
    async () => {
      const weights = await readWeights(isnet);
      const tuned = tuneGraph(weights, isnet) ?? weights;
      expect(opsOf(tuned)).not.toContain('ConvInteger');
      expect(opsOf(tuned).filter((op) => op === 'Concat')).toEqual([]);
      const { width } = isnet.inputSize;
      const [before, after] = [await answer(weights, width), await answer(tuned, width)];
      expect(mean(after, before)).toBeLessThan(0.02);
    },
  );
});
