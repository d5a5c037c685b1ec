import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskFromOutput } from '#matting/mask.ts';
import { preprocess } from '#matting/preprocess.ts';
import type { InferenceSession } from '#matting/runtime.ts';
import { findModel } from '#models/registry.ts';
import { createSharpCodec } from '../../../server/matting/codec.ts';
import { createOnnxRuntime } from '../../../server/matting/runtime.ts';
import { isInstalled, readWeights } from '../../../server/matting/weights.ts';

const found = findModel('isnet-small');
if (found === undefined) throw new Error('The registry has no isnet-small.');
const model = found;
const installed = await isInstalled(model);

// Skipped where the set-up could not fetch its 113 MB package (no registry within reach); the set-up then says so.
describe.skipIf(!installed)('IS-Net small', () => {
  const { signal } = new AbortController();
  let session: InferenceSession;
  beforeAll(async () => {
    session = await createOnnxRuntime({ threads: 2 }).load(model, await readWeights(model), signal);
  }, 60_000);
  afterAll(() => session.dispose());

  it('separates a drawn portrait from its background', { timeout: 120_000 }, async () => {
    const scene = (name: string) => readFile(`tests/fixtures/reference/${name}`);
    const codec = createSharpCodec();
    const decode = async (name: string) =>
      (await codec.decode(new Blob([await scene(name)]), { maxPixels: 1e8 }, signal)).image;
    const image = await decode('scenes/portrait.png');
    const mask = maskFromOutput(await session.run(preprocess(image, model), signal), model);
    expect([mask.width, mask.height]).toEqual([1024, 1024]);
    // The reference is u2netp's own mask, so only what is beyond doubt there has to be the same here.
    const reference = await decode('scene-masks/portrait.png');
    let [same, sure] = [0, 0];
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        const wanted = reference.data[(y * image.width + x) * 4];
        if (wanted > 5 && wanted < 250) continue;
        const at = Math.floor((y * 1024) / image.height) * 1024 + Math.floor((x * 1024) / image.width);
        sure += 1;
        if (mask.data[at] > 127 === wanted > 127) same += 1;
      }
    }
    expect(same / sure).toBeGreaterThan(0.95);
  });
});
