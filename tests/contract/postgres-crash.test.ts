import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LOCAL_TENANT, type Item, type PendingItem } from '#queue/job.ts';
import type { QueueStore } from '#queue/store.ts';
import * as transitions from '#queue/transitions.ts';
import { openPostgresStore } from '../../server/stores/postgres/store.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { newPostgresStorage, storageSettings, type PostgresUnderTest } from '../support/postgres-storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { expectConsistent } from './consistency.ts';
import { sampleJob } from './sample-job.ts';

const RESULT = { mediaType: 'image/webp', bytes: 99, width: 4, height: 3, warnings: [] };
const lease = (item: PendingItem) => transitions.leased(item, { owner: 'runner', until: 99_000 });
const complete = (item: Item) => transitions.completed(item, { owner: 'runner', attempt: 1 }, RESULT);

let server: TestPostgres;
let database: PostgresUnderTest;
let store: QueueStore;

beforeAll(async () => {
  server = await TestPostgres.start();
});
beforeEach(async () => {
  database = await newPostgresStorage(server);
  ({ store } = await database.open());
});
afterEach(() => database.dispose());
afterAll(() => server[Symbol.asyncDispose]());

describe.each(['before', 'after'] as const)(
  'a connection that breaks, COMMIT on its way, %s it was done',
  (cut) => {
    let proxy: CuttingProxy;
    let shaky: QueueStore;
    beforeEach(async () => {
      proxy = await CuttingProxy.start(database.url);
      ({ store: shaky } = await openPostgresStore(storageSettings(proxy.through(database.url))));
    });
    afterEach(async () => {
      await shaky.close();
      await proxy[Symbol.asyncDispose]();
    });

    async function cutting<T>(work: () => Promise<T>): Promise<T> {
      const { cuts } = proxy;
      proxy.arm(cut);
      const answer = await work();
      expect(proxy.cuts).toBe(cuts + 1);
      return answer;
    }

    test('a job is inserted once, and its answer is true', async () => {
      const { job, items } = sampleJob({ images: 3 });
      expect(await cutting(() => shaky.insert(job, items))).toEqual({ kind: 'inserted', sequence: 1 });
      expect(await store.get(job.id)).toEqual({ job, items, sequence: 1 });
      await expectConsistent(store);
    });

    test('an item is leased once, to the one who is told so', async () => {
      const { job, items } = sampleJob({ images: 2 });
      await store.insert(job, items);
      const taken = await cutting(() => shaky.lease(2_000, lease));
      expect(taken?.item).toMatchObject({ state: 'processing', attempt: 1 });
      expect(await store.processing({ limit: 10 })).toEqual([taken?.item]);
      expect(await store.head()).toBe(2);
    });

    test('an outcome is written once, and counts', async () => {
      const { job, items } = sampleJob();
      await store.insert(job, items);
      await store.lease(2_000, lease);
      const written = await cutting(() => shaky.change(items[0]?.id ?? '', complete, 3_000));
      expect(written?.item).toMatchObject({ state: 'completed' });
      expect(await store.head()).toBe(3);
      await expectConsistent(store);
    });

    test('a job is cancelled once, and removed once', async () => {
      const { job, items } = sampleJob({ images: 2 });
      await store.insert(job, items);
      const cancelled = await cutting(() => shaky.changeAll(job.id, transitions.cancelled, 2_000));
      expect(cancelled).toMatchObject({ changed: 2, stored: { sequence: 2 } });
      expect(await cutting(() => shaky.remove(job.id, 3_000))).toBe(true);
      expect(await store.head()).toBe(3);
      await expectConsistent(store);
    });
  },
);

describe('kill -9', () => {
  test('of the backends in the middle of a transaction: it is done again, as a whole', async () => {
    const { job, items } = sampleJob({ images: 2 });
    await store.insert(job, items);
    const pids = await backends();
    let decided = 0;
    const taken = await store.lease(2_000, (item) => {
      decided += 1;
      if (decided === 1) for (const pid of pids) process.kill(pid, 'SIGKILL');
      return lease(item);
    });
    expect(decided).toBe(2);
    expect(taken?.item).toMatchObject({ index: 0, attempt: 1 });
    await expectConsistent(store);
    // pg-boss agrees: one turn is active, and one waits.
    expect(await turns()).toEqual([
      { state: 'active', count: 1 },
      { state: 'created', count: 1 },
    ]);
  });

  test('of the whole database: what was acknowledged is there, and who listened hears of changes again', async () => {
    const heard = vi.fn();
    store.watch(heard);
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (let made = 0; made < 60; made += 1) {
        const { job, items } = sampleJob();
        await store.insert(job, items);
        acknowledged.push(job.id);
      }
    })();
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(10));
    await server.kill();
    await server.start();
    await writing;
    const all = await expectConsistent(store);
    expect(all.map(({ job }) => job.id).sort()).toEqual([...acknowledged].sort());
    heard.mockClear();
    const { job, items } = sampleJob();
    await store.insert(job, items);
    await vi.waitFor(() => expect(heard).toHaveBeenCalled(), { timeout: 10_000 });
  });

  test('of the listening backend: a change meanwhile is heard of all the same', async () => {
    const heard = vi.fn();
    store.watch(heard);
    await vi.waitFor(async () => expect(await listeners()).toHaveLength(1));
    heard.mockClear();
    const [pid] = await listeners();
    await server.query('SELECT pg_terminate_backend($1)', [pid]);
    const { job, items } = sampleJob();
    await store.insert(job, items);
    await vi.waitFor(() => expect(heard).toHaveBeenCalled(), { timeout: 10_000 });
  });
});

test('no change is passed over by who follows the feed, however many write at once', async () => {
  const { store: other } = await database.open();
  const seen = new Map<string, number>();
  let since = 0;
  let writing = true;
  const following = (async () => {
    for (;;) {
      const last = !writing;
      const changes = await other.changes(LOCAL_TENANT, since, 1_000);
      for (const change of changes) {
        expect(change.sequence).toBeGreaterThan(since);
        since = change.sequence;
        if (change.kind === 'changed') seen.set(change.job.job.id, change.sequence);
      }
      if (last) return;
    }
  })();
  const writers = Array.from({ length: 12 }, async (_, writer) => {
    for (let made = 0; made < 15; made += 1) {
      const { job, items } = sampleJob({ images: 1 + (made % 3) });
      await (writer % 2 === 0 ? store : other).insert(job, items);
      await (writer % 2 === 0 ? other : store).lease(2_000, lease);
    }
  });
  await Promise.all(writers);
  writing = false;
  await following;
  const all = await expectConsistent(store);
  expect(seen).toEqual(new Map(all.map(({ job, sequence }) => [job.id, sequence])));
});

test('the clock is the database’s, whatever this machine’s says and whenever that is set', async () => {
  const { now } = await database.open();
  const [row] = await server.query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now');
  expect(Math.abs(now() - Number(row?.['now']))).toBeLessThan(1_000);
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  try {
    expect(Math.abs(now() - Number(row?.['now']))).toBeLessThan(2_000);
  } finally {
    vi.useRealTimers();
  }
});

async function backends(): Promise<number[]> {
  const rows = await server.query(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'offcut' AND datname = $1`,
    [new URL(database.url).pathname.slice(1)],
  );
  return rows.map(({ pid }) => Number(pid));
}

async function listeners(): Promise<number[]> {
  const rows = await server.query(
    `SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND datname = $1`,
    [new URL(database.url).pathname.slice(1)],
  );
  return rows.map(({ pid }) => Number(pid));
}

function turns(): Promise<Record<string, unknown>[]> {
  const sql = `SELECT state::text, count(*)::int FROM offcut_dispatch.job WHERE name = 'images' GROUP BY state ORDER BY 1`;
  return server.query(sql, undefined, database.url);
}
