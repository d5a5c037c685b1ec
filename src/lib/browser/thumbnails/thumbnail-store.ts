import Dexie, { type Table } from 'dexie';

interface ThumbnailRecord {
  readonly key: string;
  readonly jobId: string;
  readonly blob: Blob;
}

/**
 * Thumbnails, in a database of their own: all of it can be made again, so it may be dropped at any time, and neither
 * the queue's transactions nor its versions have to do with it.
 */
export class ThumbnailStore extends Dexie {
  declare readonly thumbnails: Table<ThumbnailRecord, string>;

  constructor(name = 'offcut-thumbnails') {
    // Lost thumbnails are made again, so nobody waits for the disk.
    super(name, { chromeTransactionDurability: 'relaxed', cache: 'disabled' });
    this.version(1).stores({ thumbnails: 'key, jobId' });
  }

  async find(key: string): Promise<Blob | undefined> {
    return (await this.thumbnails.get(key))?.blob;
  }

  async keep(key: string, jobId: string, blob: Blob): Promise<void> {
    await this.thumbnails.put({ key, jobId, blob });
  }

  async forgetJob(jobId: string): Promise<void> {
    await this.thumbnails.where('jobId').equals(jobId).delete();
  }

  /** Drops those of jobs that are gone: removed by another tab, or while no page was open. */
  async forgetAllBut(exists: (jobId: string) => Promise<boolean>): Promise<void> {
    for (const jobId of await this.thumbnails.orderBy('jobId').uniqueKeys()) {
      if (typeof jobId === 'string' && !(await exists(jobId))) await this.forgetJob(jobId);
    }
  }
}
