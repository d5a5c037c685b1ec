import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSqliteUploads } from '../../server/stores/sqlite/uploads.ts';
import type { UploadStore } from '../../server/uploads/upload-store.ts';
import { describeUploadStore } from './upload-store.ts';

describeUploadStore('uploads in SQLite', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-uploads-'));
  const opened: UploadStore[] = [];
  return {
    async open() {
      const uploads = openSqliteUploads(path.join(folder, 'queue.sqlite'));
      opened.push(uploads);
      return uploads;
    },
    async dispose() {
      for (const uploads of opened) await uploads.close();
      await rm(folder, { recursive: true });
    },
  };
});
