import { afterAll, beforeAll } from 'vitest';
import { newPostgresStorage } from '../support/postgres-storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { describeQueueStore } from './queue-store.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start({ durable: false });
});
afterAll(() => server[Symbol.asyncDispose]());

describeQueueStore('the PostgreSQL store', async () => {
  const { open, dispose } = await newPostgresStorage(server);
  return { open: async () => (await open()).store, dispose };
});
