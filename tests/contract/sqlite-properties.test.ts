import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { QueueStore } from '#queue/store.ts';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { describeQueueProperties } from './queue-properties.ts';

/** In memory where that is possible: thousands of transactions, and none of them has to survive a power cut. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describeQueueProperties(
  'the queue over SQLite and disk',
  async () => {
    const folder = await mkdtemp(path.join(parent, 'offcut-properties-'));
    const opened: QueueStore[] = [];
    return {
      async open() {
        const store = openSqliteStore(path.join(folder, 'queue.sqlite'));
        opened.push(store);
        return { store, blobs: await openDiskBlobs(path.join(folder, 'blobs')) };
      },
      async dispose() {
        for (const store of opened) await store.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  { runs: 150, operations: 60 },
);
