import Dexie, { type Table } from 'dexie';
import { stateOf, type Item, type Job } from '#queue/job.ts';
import { todoOf, type Todo } from '#sync/todo.ts';
import { isReady, leaseOrder } from '#queue/lease-order.ts';
import type { State } from '#queue/states.ts';
import type { Total } from './totals.ts';
import { toLeases, toTenants } from './upgrades.ts';

export interface JobRecord {
  readonly job: Job;
  /** Its derived state, for the list. */
  readonly state: State;
  readonly sequence: number;
  /** What is to be exchanged with the server about it, for the index; empty for a job that runs here. */
  readonly todo?: readonly Todo[] | undefined;
}

export interface ItemRecord {
  readonly item: Item;
  readonly leaseOrder: string;
  /**
   * 1 once a waiting item's time has come; means nothing for other items, which have no `availableAt`. Absent from items
   * that run elsewhere, so that no index has them and no runner here gets them.
   */
  readonly ready?: 0 | 1;
  /** `leaseOrder` of an item that may be leased; absent from all others, so that the index has none of them. */
  readonly readyOrder?: string;
  /** When the lease of an item in processing ends, if it is in processing here. */
  readonly leaseUntil?: number;
}

/** Left by a removed job for those who follow the change feed. */
export interface RemovedRecord {
  readonly jobId: string;
  readonly tenant: string;
  readonly sequence: number;
  readonly removedAt: number;
  /** Absent from what earlier versions wrote, as the next one. */
  readonly expired?: boolean;
  readonly idempotencyKey?: string | null;
}

/** One record: the newest sequence number, what is kept, and whether the queue is paused. */
export interface FeedRecord {
  readonly name: 'feed';
  readonly head: number;
  readonly totals: readonly Total[];
  /** Absent from what earlier versions wrote, as the next two. */
  readonly paused?: boolean;
  readonly id?: string;
  readonly completeSince?: number;
}

/** What is left of a job of the server that was deleted here or there: it must not come back. */
export interface GraveRecord {
  /** Its name here. */
  readonly jobId: string;
  /** Absent while the server is not known to have it. */
  readonly remoteId?: string | undefined;
  /** 1 while the server has to be told. */
  readonly wanted: 0 | 1;
  readonly at: number;
}

/** What sync keeps besides jobs; see src/lib/browser/sync. */
export interface SyncRecord {
  readonly name: string;
}

export interface BlobRecord {
  readonly path: string;
  readonly jobId: string;
  readonly writtenAt: number;
  readonly blob: Blob;
}

/** What a person changed on a finished image. */
export interface EditsRecord {
  /** `jobId/index`. */
  readonly key: string;
  readonly jobId: string;
  readonly index: number;
  /** Grows with each change. */
  readonly updatedAt: number;
  /** Read by `readEdits`: another version may have written it. */
  readonly edits: unknown;
  /** Of the background's picture, when it has one. */
  readonly picture?: string;
  /** A small rendering with these edits. */
  readonly preview?: Blob;
}

/** An image that edits use as a background. */
export interface PictureRecord {
  readonly id: string;
  readonly addedAt: number;
  readonly image: Blob;
}

export const EMPTY_FEED: FeedRecord = { name: 'feed', head: 0, totals: [] };

export function itemRecord(job: Job, item: Item, now: number): ItemRecord {
  const order = leaseOrder(job, item.index);
  if (job.place !== undefined) return { item, leaseOrder: order };
  if (isReady(item, now)) return { item, leaseOrder: order, ready: 1, readyOrder: order };
  if (item.state === 'processing') {
    return { item, leaseOrder: order, ready: 0, leaseUntil: item.lease.until };
  }
  return { item, leaseOrder: order, ready: 0 };
}

export function jobRecord(job: Job, sequence: number): JobRecord {
  const todo = todoOf(job);
  return { job, state: stateOf(job), sequence, ...(todo.length > 0 && { todo }) };
}

/** An item at the place in line that its job has now. */
export function movedInLine(job: Job, record: ItemRecord): ItemRecord {
  const order = leaseOrder(job, record.item.index);
  return record.readyOrder === undefined
    ? { ...record, leaseOrder: order }
    : { ...record, leaseOrder: order, readyOrder: order };
}

/**
 * The device's database. IndexedDB leaves a record out of an index when it has nothing at the index's path: so
 * `[ready+item.availableAt]` holds the waiting items only, and `leaseUntil` those in processing: of those that run here.
 */
export class OffcutDatabase extends Dexie {
  declare readonly jobs: Table<JobRecord, string>;
  declare readonly items: Table<ItemRecord, string>;
  declare readonly removed: Table<RemovedRecord, string>;
  declare readonly feed: Table<FeedRecord, string>;
  declare readonly blobs: Table<BlobRecord, string>;
  declare readonly edits: Table<EditsRecord, string>;
  declare readonly editPictures: Table<PictureRecord, string>;
  declare readonly graves: Table<GraveRecord, string>;
  declare readonly sync: Table<SyncRecord, string>;

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
    this.version(2)
      .stores({
        jobs: 'job.id, &[job.tenant+sequence], [job.tenant+job.createdAt+job.id], [job.tenant+state+job.createdAt+job.id], job.completedAt, &[job.tenant+job.idempotency.key], job.webhook.dueAt',
        removed: 'jobId, &[tenant+sequence], removedAt',
      })
      .upgrade(toTenants);
    this.version(3).stores({ edits: 'key, jobId, [key+updatedAt], picture', editPictures: 'id, addedAt' });
    this.version(4)
      .stores({
        jobs: 'job.id, &[job.tenant+sequence], [job.tenant+job.createdAt+job.id], [job.tenant+state+job.createdAt+job.id], job.completedAt, &[job.tenant+job.idempotency.key], job.webhook.dueAt, *todo, job.place.delivery.remoteId, job.place.on',
        items: 'item.id, &[item.jobId+item.index], readyOrder, [ready+item.availableAt], leaseUntil',
        graves: 'jobId, remoteId, wanted, at',
        sync: 'name',
      })
      .upgrade(toLeases);
  }
}
