import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFresh } from '../../server/setup/build.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'offcut-build-'));
  for (const name of ['src', 'build', 'models/cache'])
    await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, 'src/app.html'), '');
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string) => writeFile(path.join(folder, name), name);
/** Gives the page a time after all that was written before. */
async function build(): Promise<void> {
  await put('build/index.html');
  const soon = new Date(Date.now() + 1000);
  await utimes(path.join(folder, 'build/index.html'), soon, soon);
}

test('a page that is not there is not fresh, one that was built after its sources is', async () => {
  expect(await isFresh(folder)).toBe(false);
  await build();
  expect(await isFresh(folder)).toBe(true);
});

test('weights that came after the page make it stale, though their package dates them decades back', async () => {
  await put('build/index.html');
  const before = new Date(Date.now() - 60_000);
  await utimes(path.join(folder, 'build/index.html'), before, before);
  await put('models/cache/u2netp.onnx');
  const decadesAgo = new Date('1985-10-26');
  for (const name of ['models/cache/u2netp.onnx', 'src/app.html']) {
    await utimes(path.join(folder, name), decadesAgo, decadesAgo);
  }
  expect(await isFresh(folder)).toBe(false);
});
