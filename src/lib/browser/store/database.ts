import Dexie, { type Table } from 'dexie';
import type { Item, Job } from '#queue/job.ts';
import { isReady, leaseOrder } from '#queue/lease-order.ts';
import { NO_COUNTS, type State, type StateCounts } from '#queue/states.ts';

export interface JobRecord {
  readonly job: Job;
  /** Its derived state, for the list. */
  readonly state: State;
  readonly sequence: number;
}

export interface ItemRecord {
  readonly item: Item;
  readonly leaseOrder: string;
  /** 1 once a waiting item's time has come; means nothing for other items, which have no `availableAt`. */
  readonly ready: 0 | 1;
  /** `leaseOrder` of an item that may be leased; absent from all others, so that the index has none of them. */
  readonly readyOrder?: string;
}

/** Left by a removed job for those who follow the change feed. */
export interface RemovedRecord {
  readonly jobId: string;
  readonly sequence: number;
  readonly removedAt: number;
}

/** One record: the newest sequence number, and how many jobs are in each state. */
export interface FeedRecord {
  readonly name: 'feed';
  readonly head: number;
  readonly totals: StateCounts;
}

export interface BlobRecord {
  readonly path: string;
  readonly jobId: string;
  readonly writtenAt: number;
  readonly blob: Blob;
}

export const EMPTY_FEED: FeedRecord = { name: 'feed', head: 0, totals: NO_COUNTS };

export function itemRecord(job: Job, item: Item, now: number): ItemRecord {
  const order = leaseOrder(job, item.index);
  return isReady(item, now)
    ? { item, leaseOrder: order, ready: 1, readyOrder: order }
    : { item, leaseOrder: order, ready: 0 };
}

/**
 * The device's database. IndexedDB leaves a record out of an index when it has nothing at the index's path: so
 * `item.availableAt` holds the waiting items only, and `item.lease.until` those in processing.
 */
export class OffcutDatabase extends Dexie {
  declare readonly jobs: Table<JobRecord, string>;
  declare readonly items: Table<ItemRecord, string>;
  declare readonly removed: Table<RemovedRecord, string>;
  declare readonly feed: Table<FeedRecord, string>;
  declare readonly blobs: Table<BlobRecord, string>;

  constructor(name: string) {
    // A job is promised once its transaction is over: `strict` waits for the disk, not only for the system's cache.
    super(name, { chromeTransactionDurability: 'strict', cache: 'disabled' });
    // The schema's history: released versions stay as they are, changes get a version of their own.
    this.version(1).stores({
      jobs: 'job.id, &sequence, [job.createdAt+job.id], [state+job.createdAt+job.id], job.completedAt, &job.idempotency.key',
      items: 'item.id, &[item.jobId+item.index], readyOrder, [ready+item.availableAt], item.lease.until',
      removed: 'jobId, &sequence, removedAt',
      feed: 'name',
      blobs: 'path, [jobId+writtenAt]',
    });
  }
}
