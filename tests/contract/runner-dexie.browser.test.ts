import { onTestFinished } from 'vitest';
import { openDexieStores } from '../../src/lib/browser/store/open.ts';
import { deleteDatabase } from './indexed-db.ts';
import { describeRunner } from './runner.ts';

describeRunner('Dexie, in a real browser', async () => {
  const name = `runner-${crypto.randomUUID()}`;
  const stores = openDexieStores(name);
  onTestFinished(async () => {
    await stores.store.close();
    await deleteDatabase(name);
  });
  return stores;
});
