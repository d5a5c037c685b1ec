import { cdp } from 'vitest/browser';
import { describe, expect, test } from 'vitest';
import { OffcutDatabase } from '../../src/lib/browser/store/database.ts';
import { openDexieStores } from '../../src/lib/browser/store/open.ts';
import { describeBlobStore } from './blob-store.ts';
import { deleteDatabase } from './indexed-db.ts';
import { describeQueueStore } from './queue-store.ts';
import { idsFrom } from './sample-job.ts';

const newName = idsFrom('contract');

describeQueueStore('the Dexie store, in a real browser', async () => {
  const name = newName();
  const opened: ReturnType<typeof openDexieStores>[] = [];
  return {
    async open() {
      const stores = openDexieStores(name);
      opened.push(stores);
      return stores.store;
    },
    async dispose() {
      for (const { store } of opened) await store.close();
      await deleteDatabase(name);
    },
  };
});

describeBlobStore('blobs in IndexedDB, in a real browser', async () => {
  const name = newName();
  const opened: ReturnType<typeof openDexieStores>[] = [];
  return {
    async open() {
      const stores = openDexieStores(name);
      opened.push(stores);
      return stores.blobs;
    },
    async count() {
      const db = new OffcutDatabase(name);
      const count = await db.blobs.count();
      db.close();
      return count;
    },
    async dispose() {
      for (const { store } of opened) await store.close();
      await deleteDatabase(name);
    },
  };
});

describe('a full device', () => {
  const origin = location.origin;
  const setQuota = (quotaSize?: number) =>
    cdp().send('Storage.overrideQuotaForOrigin', {
      origin,
      ...(quotaSize === undefined ? {} : { quotaSize }),
    });

  test('refuses an image with a sentence, keeps nothing of it, and takes it once there is room', async () => {
    // Chromium remembers for a while how much room there was; clearing the origin makes it look again.
    await cdp().send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
    const name = newName();
    const { store, blobs } = openDexieStores(name);
    const key = { jobId: 'job-0001', index: 0, kind: 'input' } as const;
    const image = new Blob([new Uint8Array(3 * 1024 * 1024)]);
    try {
      await setQuota(1024 * 1024);
      await expect(blobs.put(key, image, { mediaType: 'image/png' })).rejects.toMatchObject({
        code: 'storage_full',
        message: expect.stringContaining('Delete finished images') as string,
      });
      expect(await blobs.get(key)).toBeUndefined();
    } finally {
      await setQuota();
    }
    await expect(blobs.put(key, image, { mediaType: 'image/png' })).resolves.toEqual({ bytes: image.size });
    await store.close();
    await deleteDatabase(name);
  });
});
