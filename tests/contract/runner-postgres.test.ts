import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import { newPostgresStorage } from '../support/postgres-storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { describeRunner } from './runner.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start({ durable: false });
});
afterAll(() => server[Symbol.asyncDispose]());

describeRunner('PostgreSQL and disk', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-runner-'));
  const database = await newPostgresStorage(server);
  const { store } = await database.open();
  onTestFinished(async () => {
    await database.dispose();
    await rm(folder, { recursive: true });
  });
  return { store, blobs: await openDiskBlobs(path.join(folder, 'blobs')) };
});
