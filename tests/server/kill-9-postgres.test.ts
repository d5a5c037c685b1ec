import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestCluster } from '../support/postgres-server.ts';
import type { TestServer } from '../support/server.ts';
import { completions, finished, job, manyPhotos, results, stats, submit } from './client.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.start();
});
afterEach(() => cluster[Symbol.asyncDispose]());

/** Asserts that a batch of `total` was done, each image once, and that the totals agree. */
async function expectDoneOnce(
  server: TestServer,
  id: string,
  total: number,
  workers: TestServer[],
): Promise<void> {
  const done = await over(server, id);
  expect(done).toMatchObject({ status: 'completed', progress: { total, processed: total, failed: 0 } });
  const sizes = (await results(server, done)).map((bytes) => bytes.length);
  expect(sizes).toEqual(done.results.map(({ bytes }) => bytes));
  const written = workers.flatMap(completions);
  expect(new Set(written).size, 'no image was completed twice').toBe(written.length);
  expect(await stats(server)).toMatchObject({ pending: 0, processing: 0, completed: 1, failed: 0, total: 1 });
}

/** Its stream may break with the database. */
async function over(server: TestServer, id: string) {
  for (;;) {
    await finished(server, id).catch(() => undefined);
    const response = await server.fetch(`/queue/job/${id}`);
    if (response.status !== 200) continue;
    const found = await job(server, id);
    if (found.completed_at !== null) return found;
  }
}

test('the whole database, killed while a batch runs and started again: nothing lost, nothing twice', async () => {
  const server = await cluster.server();
  const firstDone = server.nextLog('image_completed');
  const { job_id: id } = await submit(server, await manyPhotos(10));
  await firstDone;
  await cluster.postgres.kill();
  await cluster.postgres.start();
  await expectDoneOnce(server, id, 10, [server]);
});

test('a submission while the database is away waits for it, and is stored once', async () => {
  const server = await cluster.api();
  await cluster.postgres.kill();
  const submitted = submit(server, await manyPhotos(2));
  await cluster.postgres.start();
  const { job_id: id } = await submitted;
  expect(await job(server, id)).toMatchObject({ status: 'pending', progress: { total: 2 } });
  expect(await stats(server)).toMatchObject({ pending: 1, total: 1 });
});

test('one that does not come back is answered by 503, and the server goes on when it does', async () => {
  const server = await cluster.api({ env: { DATABASE_PATIENCE_SECONDS: '1' } });
  await cluster.postgres.kill();
  const response = await server.fetch('/queue/jobs');
  expect(response.status).toBe(503);
  const body = await response.text();
  expect(JSON.parse(body)).toMatchObject({ code: 'storage_unavailable' });
  await cluster.postgres.start();
  expect(await stats(server)).toMatchObject({ total: 0 });
});

test('backends, killed again and again while a batch runs: nothing lost, nothing twice', async () => {
  const server = await cluster.server();
  const { job_id: id } = await submit(server, await manyPhotos(10));
  for (let kill = 0; kill < 4; kill += 1) {
    await server.nextLog('image_completed');
    await killBackend();
  }
  await expectDoneOnce(server, id, 10, [server]);
});

/**
 * Kills one that works, where one does. PostgreSQL ends all other connections too, and recovers as after a crash. One
 * may end before it is killed, and all be away while the pools connect again: then it looks for another.
 */
async function killBackend(): Promise<void> {
  for (;;) {
    const [backend] = await cluster.postgres.query(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'offcut' AND state <> 'idle'
        UNION ALL SELECT pid FROM pg_stat_activity WHERE application_name = 'offcut' LIMIT 1`,
    );
    if (backend !== undefined && kill(Number(backend['pid']))) return;
    await setTimeout(20);
  }
}

/** @returns false when there is no such process any more */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return false;
    throw cause;
  }
}
