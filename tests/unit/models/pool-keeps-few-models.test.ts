import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { InferenceRuntime } from '#matting/runtime.ts';
import { createSharpCodec } from '../../../server/matting/codec.ts';
import { createOnnxRuntime } from '../../../server/matting/runtime.ts';
import { MattingPool } from '../../../server/runner/matting-pool.ts';
import { TINY_MODEL, tinyModelWeights } from '../../fixtures/tiny-model.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'offcut-test-'));
  for (const id of ['a', 'b', 'c']) await addTiny(id);
});
afterEach(() => rm(folder, { recursive: true }));

/** Each has a file of its own: ONNX's doc_string (field 6) says which. */
async function addTiny(id: string): Promise<void> {
  const bytes = Uint8Array.of(...tinyModelWeights(), (6 << 3) | 2, 1, id.charCodeAt(0));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const model = { ...TINY_MODEL, id, file: `${id}.onnx`, bytes: bytes.length, sha256 };
  await writeFile(path.join(folder, model.file), bytes);
  await writeFile(path.join(folder, `${id}.json`), JSON.stringify(model));
}

/** The real runtime, which notes what it loads and lets go. */
function openPool() {
  const events: string[] = [];
  const real = createOnnxRuntime({ threads: 1 });
  const runtime: InferenceRuntime = {
    name: real.name,
    async load(model, weights, signal) {
      const session = await real.load(model, weights, signal);
      events.push(`load ${model.id}`);
      const dispose = async () => {
        events.push(`drop ${model.id}`);
        await session.dispose();
      };
      return { run: session.run.bind(session), dispose };
    },
  };
  const pool = new MattingPool({ codec: createSharpCodec(), runtime, maxPixels: 1e6, mostLoaded: 2, folder });
  return { pool, events };
}

const nothing = async () => undefined;

it('loads a model once, and lets the one go that was used least recently', async () => {
  const { pool, events } = openPool();
  for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) await pool.using(id, nothing);
  expect(events).toEqual(['load a', 'load b', 'drop b', 'load c', 'drop c', 'load b']);
  expect(pool.loadedCount).toBe(2);
});

it('never lets go of one that is in use', async () => {
  const { pool, events } = openPool();
  await pool.using('a', () => pool.using('b', () => pool.using('c', nothing)));
  expect(events.filter((event) => event.startsWith('load'))).toEqual(['load a', 'load b', 'load c']);
  expect(events.indexOf('drop c')).toBe(3);
});

it('tries a model again that could not be loaded', async () => {
  const { pool } = openPool();
  await rm(path.join(folder, 'a.onnx'));
  await expect(pool.using('a', nothing)).rejects.toMatchObject({ code: 'model_unavailable' });
  await addTiny('a');
  await expect(pool.using('a', nothing)).resolves.toBeUndefined();
  await expect(pool.using('d', nothing)).rejects.toMatchObject({ code: 'model_unavailable' });
});
