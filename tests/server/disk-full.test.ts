import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { finished, job, manyPhotos, problem, results, stats, submit, toForm } from './client.ts';

/** A disk of a few megabytes, of its own file system. Only root may mount one: CI is. */
function smallDisk(
  megabytes: number,
  folder: string = mkdtempSync(join(tmpdir(), 'offcut-disk-')),
): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Without the headroom that a server keeps free: the disk really fills up. */
const env = { OFFCUT_MIN_FREE_MB: '0' };

test('a disk that fills up while images come in: each is refused whole or kept whole, and none that was kept is lost', async (context) => {
  const dataDir = smallDisk(8);
  if (dataDir === undefined) return context.skip('only root may mount a small disk');
  await using server = await TestServer.start({
    dataDir,
    env: { OFFCUT_MIN_FREE_MB: '1', OFFCUT_RUNNERS: '0' },
  });
  const accepted: string[] = [];
  const refusals: number[] = [];
  const file = { ...(await photo()), bytes: new Uint8Array(700_000) };
  while (refusals.length < 5) {
    const response = await server.fetch('/queue/submit', { method: 'POST', body: toForm([file]) });
    if (response.ok) accepted.push(((await response.json()) as { job_id: string }).job_id);
    else {
      refusals.push(response.status);
      const { code, detail } = await problem(response);
      expect([code, response.status]).toEqual(['storage_full', 507]);
      expect(detail).toMatch(/disk|space|room/);
    }
    expect(accepted.length).toBeLessThan(12);
  }
  expect(accepted.length).toBeGreaterThan(3);
  expect(await stats(server)).toMatchObject({ pending: accepted.length, total: accepted.length });
  for (const id of accepted) expect((await job(server, id)).status).toBe('pending');
  // The headroom that was kept free is the queue's own: deleting works, and makes room.
  const [first = '', second = ''] = accepted;
  for (const id of [first, second]) {
    expect((await server.fetch(`/queue/job/${id}`, { method: 'DELETE' })).status).toBe(200);
  }
  expect(await submit(server, [file])).toMatchObject({ files_count: 1 });
});

test('while there is no room for results they wait, none is to blame, and they are made once there is', async (context) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'offcut-data-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  mkdirSync(join(dataDir, 'blobs'));
  if (smallDisk(6, join(dataDir, 'blobs')) === undefined) {
    return context.skip('only root may mount a small disk');
  }
  await using server = await TestServer.start({ dataDir, env: { ...env, OFFCUT_RUNNERS: '1' } });
  await server.fetch('/queue/pause', { method: 'POST' });
  const { job_id: id } = await submit(server, await manyPhotos(3));
  const ballast = join(dataDir, 'blobs', 'ballast');
  await fill(ballast);
  const dropped = server.nextLog('image_dropped');
  await server.fetch('/queue/resume', { method: 'POST' });
  await dropped;
  expect(await job(server, id)).toMatchObject({ progress: { failed: 0 } });
  await rm(ballast);
  const done = await finished(server, id);
  expect(done).toMatchObject({ status: 'completed', progress: { processed: 3, failed: 0 } });
  expect((await results(server, done)).every(({ length }) => length > 0)).toBe(true);
});

test('a disk that fills up under a batch, queue and all: the batch goes on once there is room', async (context) => {
  const dataDir = smallDisk(48);
  if (dataDir === undefined) return context.skip('only root may mount a small disk');
  await using server = await TestServer.start({ dataDir, env: { ...env, OFFCUT_RUNNERS: '1' } });
  const begun = server.nextLog('image_completed');
  const { job_id: id } = await submit(server, await manyPhotos(8));
  await begun;
  const broken = server.nextLog('storage_failed');
  await fill(join(dataDir, 'ballast'));
  await broken;
  await rm(join(dataDir, 'ballast'));
  const done = await finished(server, id);
  expect(done).toMatchObject({ status: 'completed', progress: { processed: 8, failed: 0 } });
  expect((await results(server, done)).map(({ length }) => length)).toEqual(
    done.results.map(({ bytes }) => bytes),
  );
});

test('a server that is started on a full disk says so in words', async (context) => {
  const dataDir = smallDisk(2);
  if (dataDir === undefined) return context.skip('only root may mount a small disk');
  await fill(join(dataDir, 'ballast'));
  await expect(TestServer.start({ dataDir, env })).rejects.toThrow(
    /The disk that holds .* is full.*Free some space/s,
  );
});

/** Takes all the room there is, but for some kilobytes. */
async function fill(file: string): Promise<void> {
  for (const size of [1_000_000, 50_000]) {
    for (;;) {
      try {
        await writeFile(file, new Uint8Array(size), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}
