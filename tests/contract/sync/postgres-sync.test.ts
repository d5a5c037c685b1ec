import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openDiskBlobs } from '../../../server/blobs/disk.ts';
import type { PostgresStorage } from '../../../server/stores/postgres/store.ts';
import { newPostgresStorage, type PostgresUnderTest } from '../../support/postgres-storage.ts';
import { TestPostgres } from '../../support/postgres.ts';
import { describeSync } from './sync-properties.ts';

let server: TestPostgres;
let database: PostgresUnderTest;
/** Opened once, since that takes longer than a play. Each play is a tenant of its own. */
let opened: PostgresStorage;

beforeAll(async () => {
  server = await TestPostgres.start({ durable: false });
  database = await newPostgresStorage(server);
  opened = await database.open();
}, 60_000);
afterAll(async () => {
  await database.dispose();
  await server[Symbol.asyncDispose]();
});

describeSync(
  'two devices and a server over PostgreSQL',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'offcut-sync-'));
    return {
      open: async () => ({ store: opened.store, blobs: await openDiskBlobs(folder) }),
      dispose: () => rm(folder, { recursive: true }),
    };
  },
  { seconds: 8 },
);
