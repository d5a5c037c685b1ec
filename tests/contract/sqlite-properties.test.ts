import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { QueueStore } from '#queue/store.ts';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import { openSqliteStore } from '../../server/stores/sqlite.ts';
import { describeQueueProperties } from './queue-properties.ts';

describeQueueProperties(
  'the queue over SQLite and disk',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'offcut-properties-'));
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
  { runs: 60, operations: 40 },
);
