import type { QueueStore } from '#queue/store.ts';
import { openDexieStores } from '../../src/lib/browser/store/open.ts';
import { deleteDatabase } from './indexed-db.ts';
import { describeQueueProperties } from './queue-properties.ts';
import { idsFrom } from './sample-job.ts';

const newName = idsFrom('properties');

describeQueueProperties(
  'the queue over IndexedDB, in a real browser',
  async () => {
    const name = newName();
    const opened: QueueStore[] = [];
    return {
      async open() {
        const stores = openDexieStores(name);
        opened.push(stores.store);
        return stores;
      },
      async dispose() {
        for (const store of opened) await store.close();
        await deleteDatabase(name);
      },
    };
  },
  { runs: 50, operations: 40 },
);
