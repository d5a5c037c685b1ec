import { afterAll, beforeAll } from 'vitest';
import type { KeyStore } from '../../server/access/key-store.ts';
import { openPostgresKeys } from '../../server/stores/postgres/keys.ts';
import { newPostgresStorage } from '../support/postgres-storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { describeKeyStore } from './key-store.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start({ durable: false });
});
afterAll(() => server[Symbol.asyncDispose]());

describeKeyStore('API keys in PostgreSQL', async () => {
  const { url, dispose } = await newPostgresStorage(server);
  const opened: KeyStore[] = [];
  return {
    async open() {
      const keys = await openPostgresKeys(url);
      opened.push(keys);
      return keys;
    },
    async dispose() {
      for (const keys of opened) await keys.close();
      await dispose();
    },
  };
});
