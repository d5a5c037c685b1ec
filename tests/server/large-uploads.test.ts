/** What comes in goes to disk, not into memory: neither one large upload nor many at once cost the server any. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { readdir, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { uploadZeros } from '../support/endless-upload.ts';
import { peakMemoryBytes } from '../support/memory.ts';
import { TestServer } from '../support/server.ts';
import { problem, storedFiles, submit } from './client.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const start = (env: Record<string, string> = {}) =>
  TestServer.start({ env: { OFFCUT_RUNNERS: '0', ...env } });

async function onlyFile(server: TestServer): Promise<string> {
  const entries = await readdir(join(server.dataDir, 'blobs'), { recursive: true, withFileTypes: true });
  const [file] = entries.filter((entry) => entry.isFile());
  return join(file?.parentPath ?? '', file?.name ?? '');
}

test.runIf(process.platform === 'linux')('an upload of 2 GB costs the server no memory', async () => {
  await using server = await start({ OFFCUT_MAX_FILE_MB: '2048' });
  await uploadZeros(server.url, MIB);
  const before = peakMemoryBytes(server.pid);
  expect(await uploadZeros(server.url, 2 * GIB)).toMatchObject({ status: 200 });
  expect(peakMemoryBytes(server.pid) - before).toBeLessThan(40 * MIB);
});

test.runIf(process.platform === 'linux')('a hundred uploads at once stay below 200 MB in all', async () => {
  await using server = await start();
  const answers = await Promise.all(Array.from({ length: 100 }, () => uploadZeros(server.url, 4 * MIB)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(peakMemoryBytes(server.pid)).toBeLessThan(200 * MIB);
});

test('what is stored is what was sent, to the byte, whatever the chunks were', async () => {
  await using server = await start();
  // Every byte tells its place; lines that look like a boundary's begin run through it.
  const bytes = Buffer.alloc(7 * MIB + 13, '\r\n--b\r\n-- 0123456789abcdefghijklmnopqrstuvwxyz');
  for (let at = 0; at < bytes.length; at += 4096) bytes.writeUInt32BE(at, Math.min(at, bytes.length - 4));
  await submit(server, [{ field: 'images', filename: 'a.jpg', type: 'image/jpeg', bytes }]);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(await onlyFile(server))) hash.update(chunk as Buffer);
  expect((await stat(await onlyFile(server))).size).toBe(bytes.length);
  expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('one byte more than the limit is refused, and nothing of it is kept', async () => {
  await using server = await start({ OFFCUT_MAX_FILE_MB: '1' });
  expect(await uploadZeros(server.url, MIB)).toMatchObject({ status: 200 });
  const { status, body } = await uploadZeros(server.url, MIB + 1);
  expect(status).toBe(413);
  expect(await problem(new Response(body))).toMatchObject({ code: 'file_too_large' });
  expect(await storedFiles(server)).toHaveLength(1);
});
