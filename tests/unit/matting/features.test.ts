/** What a network knows beside its mask comes with its answer, and leaves the mask as it was. */
import { beforeAll, describe, expect, it } from 'vitest';
import { featuresFromOutput, withFeatures } from '#matting/features/features.ts';
import { graft, type Projection } from '#matting/features/graft.ts';
import { LEARNED } from '#matting/features/learned.ts';
import { unpacked } from '#matting/features/packed.ts';
import { floatTensor } from '#matting/graph/onnx.ts';
import { compileNetwork } from '#matting/network/program.ts';
import { Network } from '#matting/network/threads.ts';
import type { Tensor } from '#matting/runtime.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { createOnnxRuntime } from '../../../server/matting/runtime.ts';
import { readWeights } from '../../../server/matting/weights.ts';
import { constant, node, onnxFile } from '../../fixtures/onnx-file.ts';
import { TINY_MODEL, tinyModelWeights } from '../../fixtures/tiny-model.ts';
import { farthest, onnxruntimeSays } from './support/onnxruntime.ts';

const { width, height } = DEFAULT_MODEL.inputSize;
const SUMS = unpacked(LEARNED.offsets).length;

/** A bright ball before a dark wall, as a network sees it. */
const ball: Tensor = {
  data: Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const distance = Math.hypot((i % width) - 150, (Math.trunc(i / width) % height) - 170);
    return distance < 90 ? 2 - distance / 100 : -1.5;
  }),
  dims: [1, 3, height, width],
};

describe('the default model with its features', () => {
  let weights: Uint8Array;
  let answer: Tensor;
  beforeAll(async () => {
    weights = await readWeights(DEFAULT_MODEL);
    answer = await onnxruntimeSays(withFeatures(weights, DEFAULT_MODEL), ball);
  });

  it('answers with the mask that it gives without, and a plane for each sum', async () => {
    expect(answer.dims).toEqual([1, 1 + SUMS, height, width]);
    const mask = await onnxruntimeSays(weights, ball);
    expect(farthest(answer.data.subarray(0, width * height), mask.data)).toBeLessThan(1e-5);
    expect(featuresFromOutput(answer, DEFAULT_MODEL)).toEqual({
      width,
      height,
      channels: SUMS,
      data: answer.data.subarray(width * height),
    });
  });

  it('is the same on the server, which rewrites it to be fast, and on our kernels', async () => {
    const { signal } = new AbortController();
    const session = await createOnnxRuntime({ threads: 1 }).load(DEFAULT_MODEL, weights, signal);
    const there = await session.run(ball, signal);
    await session.dispose();
    const compiled = compileNetwork(withFeatures(weights, DEFAULT_MODEL), DEFAULT_MODEL);
    const here = compiled && Network.open(compiled, 1)?.run(ball);
    for (const other of [there, here]) {
      expect(other?.dims).toEqual(answer.dims);
      // They have a deviation of about 1.
      expect(farthest(other?.data ?? new Float32Array(), answer.data)).toBeLessThan(2e-3);
    }
  });
});

describe('a projection', () => {
  const size = 4;
  /** The coarser tensor is given as it is: as if a network had made it of its image. */
  const file = () =>
    onnxFile(
      [
        constant(floatTensor('coarse', [1, 1, 2, 2], Float32Array.of(0, 4, 8, 12))),
        constant(
          floatTensor(
            'fine',
            [1, 2, 4, 4],
            Float32Array.from({ length: 32 }, (_, i) => i % 16),
          ),
        ),
        node('Sigmoid', ['image'], 'mask'),
      ],
      { input: ['image', [1, 1, size, size]], output: ['mask', []] },
    );
  const site = { inputSize: { width: size, height: size }, outputIndex: 0 };
  const projection: Projection = {
    taps: [
      { tensor: 'coarse', weights: Float32Array.of(1, 0) },
      { tensor: 'fine', weights: Float32Array.of(0, 0, 1, 1) },
    ],
    offsets: Float32Array.of(100, -1),
  };

  it('sums channels of tensors, the coarser ones enlarged between their pixels’ middles', async () => {
    const grafted = graft(file(), site, projection);
    const image = { data: new Float32Array(size * size), dims: [1, 1, size, size] };
    const { data, dims } = await onnxruntimeSays(grafted ?? new Uint8Array(), image);
    expect(dims).toEqual([1, 3, size, size]);
    expect([...data.subarray(0, 4)]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect([...data.subarray(16, 24)]).toEqual([100, 101, 103, 104, 102, 103, 105, 106]);
    expect([...data.subarray(32, 36)]).toEqual([-1, 1, 3, 5]);
  });

  it('is not made of tensors that a network lacks, nor of bytes that are none', () => {
    const elsewhere = { ...projection, taps: [{ tensor: 'missing', weights: Float32Array.of(1, 1) }] };
    expect(graft(file(), site, elsewhere)).toBeUndefined();
    expect(graft(new TextEncoder().encode('<html>Not found</html>'), site, projection)).toBeUndefined();
  });
});

describe('other networks', () => {
  it('are left as they are, and what they answer beside a mask is not taken for features', () => {
    const weights = tinyModelWeights();
    expect(withFeatures(weights, TINY_MODEL)).toBe(weights);
    expect(
      featuresFromOutput({ data: new Float32Array(12), dims: [1, 3, 2, 2] }, TINY_MODEL),
    ).toBeUndefined();
  });

  it('of the default model’s name that are broken are left to the runtime, which says so', async () => {
    const broken = new TextEncoder().encode('<html>Not found</html>');
    expect(withFeatures(broken, DEFAULT_MODEL)).toBe(broken);
    const { signal } = new AbortController();
    const load = createOnnxRuntime({ threads: 1 }).load(DEFAULT_MODEL, broken, signal);
    await expect(load).rejects.toMatchObject({ code: 'model_invalid' });
  });
});
