import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { describeRunner } from './runner.ts';

describeRunner('SQLite and disk', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-runner-'));
  const store = openSqliteStore(path.join(folder, 'queue.sqlite'));
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return { store, blobs: await openDiskBlobs(path.join(folder, 'blobs')) };
});
