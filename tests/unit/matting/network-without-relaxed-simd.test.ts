/** Browsers without relaxed SIMD compute with kernels that multiply and add in two steps. */
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it, vi } from 'vitest';
import { compileNetwork } from '#matting/network/program.ts';
import { Network } from '#matting/network/threads.ts';
import { networkFile, randomNetwork } from '../../fixtures/random-network.ts';

// What such a browser makes of it: it does not compile.
vi.mock(import('#matting/network/kernels-wasm.ts'), async (load) => ({
  ...(await load()),
  RELAXED_WASM: '',
}));

it('a network says what onnxruntime says', async () => {
  await fc.assert(
    fc.asyncProperty(randomNetwork, async (made) => {
      const file = networkFile(made);
      const { width, height } = made;
      const data = Float32Array.from({ length: 3 * width * height }, (_, i) => Math.sin(i * 0.37));
      const compiled = compileNetwork(file, { inputSize: made, outputIndex: 0 });
      const ours = compiled && Network.open(compiled, 1)?.run({ data, dims: [1, 3, height, width] });
      const session = await InferenceSession.create(file, { logSeverityLevel: 3 });
      const { mask } = await session.run({ image: new Tensor('float32', data, [1, 3, height, width]) });
      await session.release();
      const theirs = mask?.data as Float32Array;
      expect(ours?.data.length).toBe(theirs.length);
      const farthest = theirs.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (ours?.data[i] ?? 9))),
        0,
      );
      expect(farthest).toBeLessThan(1e-5);
    }),
    { numRuns: 15 },
  );
});
