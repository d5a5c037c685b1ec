import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { Queue } from '#queue/queue.ts';
import { openDiskBlobs } from './blobs/disk.ts';
import type { Config } from './config.ts';
import { openSqliteStore } from './stores/sqlite.ts';

/**
 * The queue on the data folder: `queue.sqlite` and the images in `blobs/` beside it. The server and each of its
 * runners open one of their own; the storage is safe for that.
 */
export async function openQueue(config: Config): Promise<Queue> {
  await mkdir(config.dataFolder, { recursive: true });
  const blobs = await openDiskBlobs(path.join(config.dataFolder, 'blobs'));
  const store = openSqliteStore(path.join(config.dataFolder, 'queue.sqlite'));
  return new Queue({
    store,
    blobs,
    now: Date.now,
    newId: uuidv7,
    random: Math.random,
    policy: { retentionSeconds: config.retentionSeconds },
  });
}
