import Dexie, { type Table } from 'dexie';

interface SharedFile {
  readonly id?: number;
  readonly name: string;
  readonly blob: Blob;
}

/**
 * Files that another app shared with this one, from when the service worker has them to when a page has put them into
 * the queue with the options that its user set. In a database of its own, so that it survives a page that never opens.
 */
class InboxDatabase extends Dexie {
  declare readonly files: Table<SharedFile, number>;

  constructor() {
    super('offcut-inbox', { chromeTransactionDurability: 'strict', cache: 'disabled' });
    this.version(1).stores({ files: '++id' });
  }
}

export async function putIntoInbox(files: readonly File[]): Promise<void> {
  const db = new InboxDatabase();
  try {
    await db.files.bulkAdd(files.map((file) => ({ name: file.name, blob: file })));
  } finally {
    db.close();
  }
}

/**
 * Hands out what is there, one file after the other; each is removed once `take` has resolved, so that none is lost when
 * the page goes in between. One tab at a time does it.
 */
export async function emptyInbox(take: (file: Blob, name: string) => Promise<void>): Promise<void> {
  const db = new InboxDatabase();
  const empty = async () => {
    for (let next = await db.files.orderBy('id').first(); next; next = await db.files.orderBy('id').first()) {
      await take(next.blob, next.name);
      await db.files.delete(next.id ?? 0);
    }
  };
  try {
    await ('locks' in navigator ? navigator.locks.request('offcut-inbox', empty) : empty());
  } finally {
    db.close();
  }
}
