import type { BlobStore } from '#queue/blobs.ts';
import type { QueueStore } from '#queue/store.ts';
import { OffcutDatabase } from './database.ts';
import { DexieBlobs } from './dexie-blobs.ts';
import { DexieStore } from './dexie-store.ts';

/** Opens the device's queue and images; closing the store closes both. */
export function openDexieStores(name = 'offcut'): { store: QueueStore; blobs: BlobStore } {
  const db = new OffcutDatabase(name);
  return { store: new DexieStore(db), blobs: new DexieBlobs(db) };
}
