import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '#matting/options.ts';
import type { CutoutOptions } from '#matting/options.ts';
import { createMatting, DEFAULT_LIMITS } from '#matting/pipeline.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { createSharpCodec } from '../../../server/matting/codec.ts';
import { createOnnxRuntime } from '../../../server/matting/runtime.ts';
import { ensureWeights } from '../../../server/setup/weights.ts';

const { signal } = new AbortController();
const OPTIONS: CutoutOptions = { ...DEFAULT_OPTIONS, refinement: 'fast' };

const scene = async (name: string) =>
  new Blob([
    await readFile(fileURLToPath(new URL(`../../fixtures/reference/scenes/${name}.png`, import.meta.url))),
  ]);

/** As each process of runners opens it. */
async function open(threads: number) {
  const weights = await readFile(await ensureWeights());
  const session = await createOnnxRuntime({ threads }).load(DEFAULT_MODEL, weights, signal);
  const parts = { codec: createSharpCodec(), session, model: DEFAULT_MODEL, limits: DEFAULT_LIMITS };
  const matting = createMatting(parts);
  return {
    bytes: async (image: Blob) => {
      const { blob } = await matting.matte(image, OPTIONS, { signal });
      return Buffer.from(await blob.arrayBuffer());
    },
    dispose: () => session.dispose(),
  };
}

/** What a store does to bytes, which is nothing, its own contract says; this is the rest of the way. */
it('an image gives the same bytes first, again, after another image, and in a second session', async () => {
  const [portrait, other] = await Promise.all([scene('portrait'), scene('furball')]);
  const one = await open(2);
  const first = await one.bytes(portrait);
  const again = await one.bytes(portrait);
  const another = await one.bytes(other);
  const afterOther = await one.bytes(portrait);
  await one.dispose();
  const two = await open(2);
  const elsewhere = await two.bytes(portrait);
  await two.dispose();
  expect(another.equals(first)).toBe(false);
  for (const bytes of [again, afterOther, elsewhere]) expect(bytes.equals(first)).toBe(true);
}, 60_000);
