import type { BlobStore } from '#queue/blobs.ts';
import type { QueueStore } from '#queue/store.ts';
import { OffcutDatabase } from './database.ts';
import { DexieBlobs } from './dexie-blobs.ts';
import { DexieStore } from './dexie-store.ts';

export interface DexieStores {
  readonly store: QueueStore;
  readonly blobs: BlobStore;
  /** What both are in, for what else belongs to jobs. */
  readonly db: OffcutDatabase;
}

/** Opens the device's queue and images; closing the store closes both. */
export function openDexieStores(name = 'offcut'): DexieStores {
  const db = new OffcutDatabase(name);
  return { db, store: new DexieStore(db), blobs: new DexieBlobs(db) };
}
