import { afterAll, beforeAll } from 'vitest';
import { openPostgresUploads } from '../../server/stores/postgres/uploads.ts';
import type { UploadStore } from '../../server/uploads/upload-store.ts';
import { newPostgresStorage } from '../support/postgres-storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { describeUploadStore } from './upload-store.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start({ durable: false });
});
afterAll(() => server[Symbol.asyncDispose]());

describeUploadStore('uploads in PostgreSQL', async () => {
  const { url, dispose } = await newPostgresStorage(server);
  const opened: UploadStore[] = [];
  return {
    async open() {
      const uploads = await openPostgresUploads(url);
      opened.push(uploads);
      return uploads;
    },
    async dispose() {
      for (const uploads of opened) await uploads.close();
      await dispose();
    },
  };
});
