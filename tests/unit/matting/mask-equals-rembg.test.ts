import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMatting, DEFAULT_LIMITS, type Matting } from '#matting/pipeline.ts';
import { DEFAULT_OPTIONS } from '#matting/options.ts';
import type { InferenceSession } from '#matting/runtime.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { createSharpCodec } from '../../../server/matting/codec.ts';
import { createOnnxRuntime } from '../../../server/matting/runtime.ts';
import { ensureWeights } from '../../../server/setup/weights.ts';

interface Entry {
  file: string;
  sha256: string;
  mask: string;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const reference = path.join(root, 'tests/fixtures/reference');
const photos = path.resolve(root, '../shared/fixtures');
const index = JSON.parse(readFileSync(path.join(reference, 'masks.json'), 'utf8')) as {
  weights: string;
  scenes: Entry[];
  photos: Entry[];
};

const { signal } = new AbortController();
let session: InferenceSession;
let matting: Matting;

beforeAll(async () => {
  const weights = await readFile(await ensureWeights());
  session = await createOnnxRuntime({ threads: 2 }).load(DEFAULT_MODEL, weights, signal);
  matting = createMatting({
    codec: createSharpCodec(),
    session,
    model: DEFAULT_MODEL,
    limits: DEFAULT_LIMITS,
  });
}, 60_000);
afterAll(() => session.dispose());

async function grey(png: Uint8Array) {
  const { data, info } = await sharp(png).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { data, size: [info.width, info.height] };
}

/** Both images are left in test-results/ when the comparison fails. */
async function expectSameMask(folder: string, { file, sha256, mask }: Entry): Promise<void> {
  const input = await readFile(path.join(folder, file));
  expect(createHash('sha256').update(input).digest('hex')).toBe(sha256);
  const options = { ...DEFAULT_OPTIONS, output: 'mask' } as const;
  const { blob } = await matting.matte(new Blob([input]), options, {
    signal,
  });
  const actual = new Uint8Array(await blob.arrayBuffer());
  const expected = await readFile(path.join(reference, mask));
  try {
    const [ours, theirs] = await Promise.all([grey(actual), grey(expected)]);
    expect(ours.size).toEqual(theirs.size);
    const { greatest, mean } = difference(ours.data, theirs.data);
    expect(greatest).toBeLessThanOrEqual(1);
    expect(mean).toBeLessThan(0.01);
  } catch (cause) {
    await keep(file, actual, expected);
    throw cause;
  }
}

function difference(ours: Uint8Array, theirs: Uint8Array) {
  let greatest = 0;
  let sum = 0;
  ours.forEach((value, i) => {
    const distance = Math.abs(value - theirs[i]);
    greatest = Math.max(greatest, distance);
    sum += distance;
  });
  return { greatest, mean: sum / ours.length };
}

async function keep(file: string, actual: Uint8Array, expected: Uint8Array): Promise<void> {
  const folder = path.join(root, 'test-results/masks');
  const { name } = path.parse(file);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${name}.actual.png`), actual);
  await writeFile(path.join(folder, `${name}.expected.png`), expected);
}

describe("u2netp's mask equals rembg's within 1/255, and 0.01/255 on average", () => {
  it('was made with the same weights', () => {
    expect(index.weights).toBe(DEFAULT_MODEL.sha256);
  });

  it.each(index.scenes)('scene $file', (entry) => expectSameMask(path.join(reference, 'scenes'), entry));

  it.for(index.photos)('photo $file', async (entry, { skip }) => {
    skip(!existsSync(photos), `photographs may not be copied into the project, and ${photos} is absent`);
    await expectSameMask(photos, entry);
  });
});
