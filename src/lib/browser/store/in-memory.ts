import Dexie from 'dexie';

/**
 * From now on every database that is opened in this page is in memory, and gone with it: for browsers that forbid the
 * real ones (private windows, a strict policy). The queue works as it does elsewhere, for one visit and one tab.
 */
export async function keepInMemory(): Promise<void> {
  const { IDBFactory, IDBKeyRange } = await import('fake-indexeddb');
  Dexie.dependencies.indexedDB = new IDBFactory();
  Dexie.dependencies.IDBKeyRange = IDBKeyRange;
}
