/** Networks on kernels of our own say what onnxruntime says. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { floatTensor } from '#matting/graph/onnx.ts';
import { compileNetwork } from '#matting/network/program.ts';
import { Network, type Part } from '#matting/network/threads.ts';
import { tuneGraph } from '../../../server/matting/graph/tune.ts';
import { readWeights } from '../../../server/matting/weights.ts';
import { attribute, constant, node, onnxFile } from '../../fixtures/onnx-file.ts';
import { quantizedModelWeights, SIZE } from '../../fixtures/quantized-model.ts';
import { networkFile, randomNetwork } from '../../fixtures/random-network.ts';
import { tinyModelWeights } from '../../fixtures/tiny-model.ts';
import { farthest, onnxruntimeSays } from './support/onnxruntime.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Patterns, and noise that no kernel can guess. */
function pattern({ width, height }: Size, seed = 1) {
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) => 2 * Math.sin(i * 0.37 * seed));
  return { data, dims: [1, 3, height, width] };
}

/** A bright ball before a dark wall, as a network sees it. */
function ball({ width, height }: Size, radius: number) {
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const distance = Math.hypot((i % width) - width / 2, (Math.trunc(i / width) % height) - height / 2);
    return distance < radius ? 2 - distance / 100 : -1.5;
  });
  return { data, dims: [1, 3, height, width] };
}

function open(file: Uint8Array, inputSize: Size, threads = 1): Network | undefined {
  const compiled = compileNetwork(file, { inputSize, outputIndex: 0 });
  return compiled && Network.open(compiled, threads);
}

describe('a network on our kernels', () => {
  let weights: Uint8Array;
  beforeAll(async () => {
    weights = await readWeights(DEFAULT_MODEL);
  });

  it('gives the default model’s masks, run after run', async () => {
    const network = open(weights, DEFAULT_MODEL.inputSize);
    for (const radius of [100, 60]) {
      const input = ball(DEFAULT_MODEL.inputSize, radius);
      const [ours, reference] = [network?.run(input), await onnxruntimeSays(weights, input)];
      expect(ours?.dims).toEqual(reference.dims);
      expect(farthest(ours?.data ?? new Float32Array(), reference.data)).toBeLessThan(1e-4);
      expect(reference.data.some((value) => value > 0.9)).toBe(true);
    }
  });

  it('computes whatever its layers are', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomNetwork, async (made) => {
        const file = networkFile(made);
        const network = open(file, made);
        // The second run finds what the first has left in the memory.
        network?.run(pattern(made, 7));
        const input = pattern(made);
        const [ours, reference] = [network?.run(input), await onnxruntimeSays(file, input)];
        expect(ours?.dims).toEqual(reference.dims);
        expect(farthest(ours?.data ?? new Float32Array(), reference.data)).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });

  it('says the same on several threads, to the bit, however they are scheduled and however many take part', async () => {
    const size = { width: 40, height: 33 };
    const made = networkFile({
      ...size,
      parts: [{ kind: 'add' }, { kind: 'nested concat' }, { kind: 'concat' }],
    });
    const [alone, together] = [open(made, size), open(made, size, 3)];
    const helpers = await Promise.all(together?.partsOfOthers().map(startHelper) ?? []);
    expect(helpers).toHaveLength(2);
    try {
      for (let seed = 1; seed <= 300; seed += 1) {
        const input = pattern(size, seed);
        expect(together?.run(input, 1 + (seed % 3)).data).toEqual(alone?.run(input).data);
      }
    } finally {
      await Promise.all(helpers.map((helper) => helper.terminate()));
    }
  });

  it('computes layers that were quantised dynamically as those that they stand for, as the server does', async () => {
    const size = { width: SIZE, height: SIZE };
    const file = quantizedModelWeights();
    const input = pattern(size);
    const tuned = tuneGraph(file, { inputSize: size, outputIndex: 0 });
    const [ours, reference] = [open(file, size)?.run(input), await onnxruntimeSays(tuned ?? file, input)];
    expect(farthest(ours?.data ?? new Float32Array(), reference.data)).toBeLessThan(1e-5);
  });

  it('refuses an input of another size', () => {
    const network = open(weights, DEFAULT_MODEL.inputSize);
    expect(() => network?.run(pattern({ width: 320, height: 319 }))).toThrow(RangeError);
  });
});

async function startHelper(part: Part): Promise<Worker> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ serveNetwork }) =>
      serveNetwork(workerData.part, () => parentPort.postMessage('ready')));
  `;
  const module = new URL('../../../src/lib/matting/network/threads.ts', import.meta.url).href;
  const helper = new Worker(code, { eval: true, workerData: { module, part } });
  await once(helper, 'message');
  return helper;
}

describe('others are left to onnxruntime', () => {
  const inputSize = { width: 16, height: 16 };
  const conv = (outputs: number, channels: number, weights = outputs * channels * 9) => [
    constant(floatTensor('w', [outputs, channels, 3, 3], new Float32Array(weights))),
    node('Conv', ['image', 'w'], 'a', [attribute('pads', [1, 1, 1, 1])]),
  ];
  const file = (parts: Parameters<typeof onnxFile>[0], output: string) =>
    onnxFile(parts, { input: ['image', [1, 3, 16, 16]], output: [output, []] });

  it.each<[string, Uint8Array]>([
    ['what is no network', new TextEncoder().encode('<html>Not found</html>')],
    ['nothing at all', new Uint8Array()],
    ['layers that are not known', tinyModelWeights()],
    ['weights of 8 bits with a scale for each channel', quantizedModelWeights({ scales: 'many' })],
    ['windows for more channels than there are', file(conv(8, 4), 'a')],
    ['fewer weights than they say', file(conv(8, 3, 8), 'a')],
    [
      'tensors that are part of two',
      file([...conv(8, 3), node('Concat', ['a', 'a'], 'b', [attribute('axis', 1)])], 'b'),
    ],
    [
      'factors that are not whole',
      file(
        [
          ...conv(8, 3),
          constant(floatTensor('f', [4], Float32Array.of(1, 1, 1.7, 1.7))),
          node('Resize', ['a', '', 'f'], 'b', [attribute('mode', 'linear')]),
        ],
        'b',
      ),
    ],
    [
      'windows of several groups',
      file(
        [
          constant(floatTensor('w', [3, 1, 3, 3], new Float32Array(27))),
          node('Conv', ['image', 'w'], 'a', [attribute('pads', [1, 1, 1, 1]), attribute('group', 3)]),
        ],
        'a',
      ),
    ],
  ])('%s', (_, bytes) => {
    expect(compileNetwork(bytes, { inputSize, outputIndex: 0 })).toBeUndefined();
  });
});
