import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import type { PostgresStorage } from '../../server/stores/postgres/store.ts';
import { newPostgresStorage, type PostgresUnderTest } from '../support/postgres-storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { describeQueueProperties } from './queue-properties.ts';

let server: TestPostgres;
let database: PostgresUnderTest;
/** Two processes' worth; opened once, since that takes longer than a sequence of operations. */
let opened: PostgresStorage[];

beforeAll(async () => {
  server = await TestPostgres.start({ durable: false });
  database = await newPostgresStorage(server);
  opened = [await database.open(), await database.open()];
});
afterAll(async () => {
  await database.dispose();
  await server[Symbol.asyncDispose]();
});

describeQueueProperties(
  'the queue over PostgreSQL and disk',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'offcut-properties-'));
    await empty();
    const stores = opened.map(({ store }) => store);
    return {
      async open() {
        const store = stores.shift();
        if (store === undefined) throw new Error('The storage is opened twice, not more.');
        return { store, blobs: await openDiskBlobs(path.join(folder, 'blobs')) };
      },
      dispose: () => rm(folder, { recursive: true }),
    };
  },
  { runs: 100, operations: 50 },
);

async function empty(): Promise<void> {
  const tables = ['jobs', 'items', 'removed_jobs', 'totals', 'receipts'].map((name) => `offcut.${name}`);
  await server.query(
    `TRUNCATE ${tables.join(', ')}, offcut_dispatch.job; UPDATE offcut.feed SET head = 0, paused = false`,
    undefined,
    database.url,
  );
}
