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
