/** No text that a client sends becomes the name of a file, whatever it is and wherever it stands in a request. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';

const CANARY = 'the canary outside of the data folder';
const KEPT =
  /^(canary\.txt|data\/queue\.sqlite(-wal|-shm)?|data\/runners(\/.*)?|data\/blobs\/[0-9a-f]{2}\/[0-9a-f-]{36}\/(\d+\.input|background))$/;

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'offcut-paths-'));
  const dataDir = path.join(folder, 'data');
  await mkdir(dataDir);
  await writeFile(path.join(folder, 'canary.txt'), CANARY);
  server = await TestServer.start({ dataDir, env: { OFFCUT_RUNNERS: '0' } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const PARTS = ['..', '.', '/', '\\', '%2e%2e', '%2f', '%5c', '\0', 'canary.txt', 'C:', '~', 'data', 'blobs'];
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...PARTS), { minLength: 1 }).map((parts) => parts.join('')),
  fc.constantFrom(
    '../canary.txt',
    '../../canary.txt',
    '/etc/passwd',
    '..%2fcanary.txt',
    'file:///etc/passwd',
  ),
);

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

test('in a submission: names of files and fields, media types, options, keys', async () => {
  const bytes = new Uint8Array((await photo('small')).bytes);
  const texts = fc.record({
    filename: hostile,
    field: hostile,
    type: hostile,
    key: hostile,
    option: hostile,
  });
  await fc.assert(
    fc.asyncProperty(texts, fc.boolean(), async ({ filename, field, type, key, option }, plain) => {
      const form = new FormData();
      form.append('background', 'image');
      if (!plain) form.append(option, field);
      for (const name of plain ? ['images', 'background_image'] : ['images', 'background_image', field]) {
        form.append(name, new Blob([bytes], { type }), filename);
      }
      const headers = { 'idempotency-key': encodeURIComponent(key.toWellFormed()).slice(0, 255) || 'none' };
      const answer = await server.fetch('/queue/submit', { method: 'POST', body: form, headers });
      expect(answer.status).toBeLessThan(500);
      expect(await answer.text()).not.toContain(CANARY);
    }),
    { numRuns: 100 },
  );
  const files = await filesIn(folder);
  expect(files.filter((file) => file.endsWith('.input')).length, 'accepted').toBeGreaterThan(10);
  expect(files.filter((file) => !KEPT.test(file))).toEqual([]);
  expect(await readFile(path.join(folder, 'canary.txt'), 'utf8')).toBe(CANARY);
});

/** As it is written: `fetch` would take the dots out of an address. */
function ask(method: string, target: string): Promise<{ status: number; body: string }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path: target }, (answer) => {
      void text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    });
    sent.on('error', reject).end();
  });
}

test('in an address: ids, numbers, names of weights and of the page’s files', async () => {
  const routes = [
    '/queue/job/*',
    '/queue/job/*/result/*',
    '/queue/job/*/results.zip',
    '/weights/*',
    '/*',
    '/docs/*',
  ];
  const asItIs = hostile.map((part) => part.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent));
  const part = fc.oneof(
    asItIs,
    hostile.map((text) => encodeURIComponent(text.toWellFormed())),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), part, part, async (route, first, second) => {
      const parts = [first, second];
      const target = route.replaceAll('*', () => parts.shift() ?? '');
      for (const method of ['GET', 'DELETE']) {
        const { status, body } = await ask(method, target);
        expect(status).toBeLessThan(500);
        expect(body).not.toContain(CANARY);
      }
    }),
    { numRuns: 200 },
  );
  expect(await readFile(path.join(folder, 'canary.txt'), 'utf8')).toBe(CANARY);
});

test('and an id that were none of ours would still not lead out of the folder', async () => {
  const blobs = await openDiskBlobs(path.join(folder, 'data', 'blobs'));
  await fc.assert(
    fc.asyncProperty(hostile, async (jobId) => {
      fc.pre(!/^[\w-]{2,128}$/.test(jobId));
      await expect(blobs.get({ jobId, index: 0, kind: 'input' })).rejects.toThrow(RangeError);
      await expect(blobs.removeJob(jobId)).rejects.toThrow(RangeError);
    }),
  );
});
