import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Mask } from '#matting/image.ts';
import { maskFromOutput } from '#matting/mask.ts';
import type { ModelSpec } from '#matting/model.ts';
import { preprocess } from '#matting/preprocess.ts';
import { DEFAULT_MODEL, findModel } from '#models/registry.ts';
import { createSharpCodec } from '../../../server/matting/codec.ts';
import { createOnnxRuntime } from '../../../server/matting/runtime.ts';
import { isInstalled, readWeights } from '../../../server/matting/weights.ts';

const model = findModel('isnet-small') ?? DEFAULT_MODEL;
const { signal } = new AbortController();

async function maskOf(file: string, spec: ModelSpec): Promise<Mask> {
  const { image } = await createSharpCodec().decode(
    new Blob([await readFile(file)]),
    { maxPixels: 1e8 },
    signal,
  );
  const session = await createOnnxRuntime({ threads: 2 }).load(spec, await readWeights(spec), signal);
  try {
    return maskFromOutput(await session.run(preprocess(image, spec), signal), spec);
  } finally {
    await session.dispose();
  }
}

/** Of 0 to 1: both masks cut down to subject or not, over their union, at points of a grid. */
function overlap(a: Mask, b: Mask): number {
  const isSubject = ({ width, height, data }: Mask, x: number, y: number) =>
    data[Math.floor(y * height) * width + Math.floor(x * width)] > 127;
  const points = Array.from({ length: 100 * 100 }, (_, n) => [(n % 100) / 100, Math.floor(n / 100) / 100]);
  const count = (wanted: number) =>
    points.filter(([x, y]) => Number(isSubject(a, x, y)) + Number(isSubject(b, x, y)) >= wanted).length;
  return count(2) / count(1);
}

// Skipped where the set-up could not fetch its 113 MB package (no registry within reach); the set-up then says so.
describe.skipIf(!(await isInstalled(model)))('IS-Net small', () => {
  it('sees the subject that the default model sees, more finely', { timeout: 180_000 }, async () => {
    const duck = 'static/samples/duck.jpg';
    const fine = await maskOf(duck, model);
    expect([fine.width, fine.height]).toEqual([1024, 1024]);
    expect(overlap(fine, await maskOf(duck, DEFAULT_MODEL))).toBeGreaterThan(0.9);
  });
});
