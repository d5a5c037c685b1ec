/** Browsers without relaxed SIMD compute with kernels that multiply and add in two steps. */
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { compileNetwork } from '#matting/network/program.ts';
import { Network } from '#matting/network/threads.ts';
import { networkFile, randomNetwork } from '../../fixtures/random-network.ts';
import { farthest, onnxruntimeSays } from './support/onnxruntime.ts';

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
      const input = { data, dims: [1, 3, height, width] };
      const compiled = compileNetwork(file, { inputSize: made, outputIndex: 0 });
      const ours = compiled && Network.open(compiled, 1)?.run(input);
      const theirs = await onnxruntimeSays(file, input);
      expect(ours?.data.length).toBe(theirs.data.length);
      expect(farthest(ours?.data ?? new Float32Array(), theirs.data)).toBeLessThan(1e-5);
    }),
    { numRuns: 15 },
  );
});
