import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { QueueStore } from '#queue/store.ts';
import { openDiskBlobs } from '../../../server/blobs/disk.ts';
import { openSqliteStore } from '../../../server/stores/sqlite/store.ts';
import type { ServerStorage } from './server.ts';

/** In memory where that is possible: thousands of transactions, and none of them has to survive a power cut. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export async function newSqliteStorage(): Promise<ServerStorage> {
  const folder = await mkdtemp(path.join(parent, 'offcut-sync-'));
  let opened: QueueStore | undefined;
  return {
    async open() {
      await opened?.close();
      await mkdir(folder, { recursive: true });
      const store = openSqliteStore(path.join(folder, 'queue.sqlite'));
      opened = store;
      return { store, blobs: await openDiskBlobs(path.join(folder, 'blobs')) };
    },
    async dispose() {
      await opened?.close();
      opened = undefined;
      await rm(folder, { recursive: true });
    },
  };
}
