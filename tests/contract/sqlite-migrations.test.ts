import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClientQueue } from '#queue/client-queue.ts';
import { LOCAL_TENANT, stateOf, type StoredJob } from '#queue/job.ts';
import { jobOptions } from '#queue/options.ts';
import { Queue } from '#queue/queue.ts';
import type { QueueStore } from '#queue/store.ts';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { fromRoot } from '../support/run-script.ts';
import { expectConsistent, listAll } from './consistency.ts';

const FIXTURES = fromRoot('tests/fixtures/stores');
/** Ids of the fixtures' jobs by what became of them. */
const JOB = {
  completed: '019550ef-fe75-7000-8000-000000000001',
  failed: '019550f1-0621-7000-8000-000000000005',
  cancelled: '019550f1-fa45-7000-8000-000000000007',
  deleted: '019550f2-e4a5-7000-8000-00000000000a',
  backoff: '019550f3-cf05-7000-8000-00000000000c',
  processing: '019550f4-c329-7000-8000-00000000000e',
  pending: '019550f5-b74d-7000-8000-000000000011',
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'offcut-migration-'));
  file = path.join(folder, 'queue.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

function withDatabase<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

const pragma = (name: string) =>
  withDatabase((db) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);

function load(version: number): void {
  withDatabase((db) => db.exec(readFileSync(path.join(FIXTURES, `sqlite-v${String(version)}.sql`), 'utf8')));
}

const fixtures = readdirSync(FIXTURES).map((name) => Number(/^sqlite-v(\d+)\.sql$/.exec(name)?.[1]));

describe.each(fixtures.sort())('a store of schema version %i', (version) => {
  let store: QueueStore;
  let queue: Queue;
  let client: ClientQueue;
  let now = Date.UTC(2025, 2, 2);

  beforeEach(async () => {
    load(version);
    store = openSqliteStore(file);
    const blobs = await openDiskBlobs(path.join(folder, 'blobs'));
    let made = 0;
    const newId = () => `019560000000-7000-8000-${String((made += 1)).padStart(12, '0')}`;
    queue = new Queue({ store, blobs, now: () => now, newId, random: () => 0.5 });
    client = new ClientQueue(queue, LOCAL_TENANT);
  });
  afterEach(() => store.close());

  test('is brought to the schema of a new one, sound', async () => {
    const schemaOf = (db: DatabaseSync) =>
      db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name').all();
    const migrated = withDatabase(schemaOf);
    expect(pragma('integrity_check')).toBe('ok');
    expect(pragma('foreign_key_check')).toBeUndefined();
    const newest = pragma('user_version');
    await store.close();
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
    await openSqliteStore(file).close();
    expect(migrated).toEqual(withDatabase(schemaOf));
    expect(newest).toBe(pragma('user_version'));
  });

  test('keeps every job as it was, and its place in lists, totals and the change feed', async () => {
    const all = await expectConsistent(store);
    expect(all.map(({ job }) => [job.id, stateOf(job)])).toEqual([
      [JOB.pending, 'pending'],
      [JOB.processing, 'processing'],
      [JOB.backoff, 'pending'],
      [JOB.cancelled, 'cancelled'],
      [JOB.failed, 'failed'],
      [JOB.completed, 'completed'],
    ]);
    const { job, items } = await client.get(JOB.completed);
    expect(job).toMatchObject({
      type: 'batch',
      model: 'u2netp',
      options: { format: 'webp', background: '#ffffff', crop: true },
      idempotency: { key: 'first-key' },
      bytes: 6000 + 500 + 501,
      webhook: null,
    });
    expect(items).toMatchObject([
      {
        filename: 'duck.jpg',
        attempt: 1,
        result: { bytes: 500, subject: { left: 1, top: 2, width: 30, height: 40 }, warnings: [{}] },
      },
      { filename: 'Käse & "Brot".png', result: { bytes: 501, warnings: [] } },
      { filename: 'broken.jpg', failure: { code: 'image_undecodable' } },
    ]);
    expect(await store.head()).toBe(20);
    const changes = await client.changes(0, 100);
    expect(changes.map(({ sequence }) => sequence)).toEqual([7, 10, 12, 14, 17, 19, 20]);
    expect(changes.find(({ kind }) => kind === 'removed')).toMatchObject({ jobId: JOB.deleted });
  });

  test('can be worked on with every operation', async () => {
    const worked: string[] = [];
    for (;;) {
      const taken = await queue.lease('new/1/1');
      if (taken === undefined) break;
      worked.push(taken.item.jobId);
      expect(await queue.heartbeat(taken.item)).toBe(true);
      const blob = new Blob(['result'], { type: 'image/png' });
      expect(
        await queue.complete(taken.item, blob, { mediaType: blob.type, width: 1, height: 1, warnings: [] }),
      ).toBe(true);
      now += 60_000;
    }
    // Priority 9 first: what waited, and what a runner of the old version had leased.
    expect(worked).toEqual([JOB.processing, JOB.processing, JOB.backoff, JOB.pending]);
    expect((await client.result(JOB.pending, 0)).blob.size).toBe(6);

    await client.retry(JOB.failed);
    await client.cancel(JOB.failed);
    await client.retry(JOB.cancelled);
    const taken = await queue.lease('new/1/1');
    if (taken === undefined) throw new Error('Nothing to lease after a retry.');
    expect(await queue.fail(taken.item, { code: 'broken', message: 'Broken.' }, false)).toBe(true);
    await client.remove(JOB.completed);

    const again = {
      jobId: queue.newId(),
      files: [{ filename: 'later.jpg', mediaType: 'image/jpeg', bytes: 1000 }],
      model: 'isnet-general-use',
      options: jobOptions.parse({}),
      priority: 5,
      idempotencyKey: 'second-key',
    };
    const { stored, repeated } = await client.submit(again);
    expect(repeated).toBe(true);
    expect(stored.job.id).toBe(JOB.pending);
    const fresh = await client.submit({ ...again, idempotencyKey: 'third-key' });
    expect(fresh.repeated).toBe(false);
    await expectConsistent(store);

    now += queue.policy.retentionSeconds * 1000 + 1;
    await client.cancel(fresh.stored.job.id);
    await queue.sweep();
    expect((await listAll(store)).map(({ job }) => job.id)).toEqual([fresh.stored.job.id, JOB.cancelled]);
  });
});

test('there is a fixture of every version before the newest', async () => {
  await openSqliteStore(file).close();
  const released = Array.from({ length: Number(pragma('user_version')) - 1 }, (_, n) => n + 1);
  // Versions that were never released need none: name them here.
  const UNRELEASED = [2, 3, 4, 5];
  expect(fixtures).toEqual(
    expect.arrayContaining(released.filter((version) => !UNRELEASED.includes(version))),
  );
});

test('a migration that is killed at any moment leaves the old version or the new one, and no job is lost', async () => {
  const open = (at?: number) =>
    spawnSync(
      process.execPath,
      [fromRoot('tests/contract/children/migrate-and-die.ts'), file, ...(at ? [String(at)] : [])],
      {
        encoding: 'utf8',
      },
    );
  const fresh = () => {
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
    load(1);
  };
  fresh();
  const steps = Number(open().stdout);
  expect(steps).toBeGreaterThan(50);
  const newest = pragma('user_version');
  const expected = await jobsOf(file);
  const versions = new Set<unknown>();
  const moments = 10;
  for (let n = 1; n <= moments; n += 1) {
    fresh();
    expect(open(Math.round((steps * n) / moments)).signal).toBe('SIGKILL');
    const version = pragma('user_version');
    versions.add(version);
    expect([1, newest]).toContain(version);
    expect(pragma('integrity_check')).toBe('ok');
    expect(await jobsOf(file)).toEqual(expected);
  }
  expect(versions).toContain(1);
});

async function jobsOf(store: string): Promise<StoredJob[]> {
  const opened = openSqliteStore(store);
  try {
    return await expectConsistent(opened);
  } finally {
    await opened.close();
  }
}
