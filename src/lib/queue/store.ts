import type { Item, Job, PendingItem, ProcessingItem, StoredJob } from './job.ts';
import type { State, StateCounts } from './states.ts';

export interface ListQuery {
  readonly state?: State | undefined;
  /** 1 to 100. */
  readonly limit: number;
  /** Lists what comes after this job, in the order of the list. */
  readonly after?: ListPosition | undefined;
}

/** A job's place in the list, which is newest first: by `createdAt`, then by id, both descending. */
export interface ListPosition {
  readonly createdAt: number;
  readonly id: string;
}

export interface ListPage {
  /** Jobs that match in all, not only on this page. */
  readonly total: number;
  readonly jobs: readonly StoredJob[];
  readonly hasMore: boolean;
}

export type InsertOutcome =
  | { readonly kind: 'inserted'; readonly sequence: number }
  /** A job with the same idempotency key is there already; nothing was written. */
  | { readonly kind: 'duplicate'; readonly existing: StoredJob };

export type Change =
  | { readonly kind: 'changed'; readonly sequence: number; readonly job: StoredJob }
  | { readonly kind: 'removed'; readonly sequence: number; readonly jobId: string };

/** An item with the job that it belongs to. */
export interface ItemOfJob<I extends Item = Item> {
  readonly item: I;
  readonly job: Job;
}

/**
 * Decides what becomes of an item, inside the store's transaction: pure, synchronous, called once.
 * `undefined` refuses: nothing is written. This is the compare of every compare-and-set.
 */
export type Decide<I extends Item = Item> = (item: Item) => I | undefined;

/**
 * Where jobs and items are kept. Every method is one atomic, durable transaction, safe against other processes (or
 * tabs) on the same storage. The rules of the state machine are not here: they come in as `Decide`. A store keeps
 * each job's row in step by `afterMove` and gives every change that a client can see the next sequence number.
 * A heartbeat (processing to processing) is not such a change.
 */
export interface QueueStore {
  /** Adds a job with its items, unless its idempotency key is taken. */
  insert(job: Job, items: readonly PendingItem[]): Promise<InsertOutcome>;

  get(jobId: string): Promise<StoredJob | undefined>;

  list(query: ListQuery): Promise<ListPage>;

  /** How many jobs are in each state. */
  counts(): Promise<StateCounts>;

  /**
   * Takes the first pending item that is available at `now`: highest priority first, then oldest job, then lowest
   * index. No two callers get the same one.
   */
  lease(
    now: number,
    decide: (item: PendingItem) => ProcessingItem,
  ): Promise<ItemOfJob<ProcessingItem> | undefined>;

  /** Compare-and-set of one item. Answers what was written, or `undefined` when refused or unknown. */
  change<I extends Item>(itemId: string, decide: Decide<I>, now: number): Promise<ItemOfJob<I> | undefined>;

  /**
   * Compare-and-set over all the items of a job, as one change. Answers the job after it and how many items changed,
   * or `undefined` when there is no such job.
   */
  changeAll(
    jobId: string,
    decide: Decide,
    now: number,
  ): Promise<{ stored: StoredJob; changed: number } | undefined>;

  /** Removes a job with its items and leaves a tombstone in the change feed. False when there is no such job. */
  remove(jobId: string, now: number): Promise<boolean>;

  /** Items in processing, of all jobs or with a lease that ended before `leaseEndedBefore`; at most `limit`. */
  processing(filter: { leaseEndedBefore?: number; limit: number }): Promise<ProcessingItem[]>;

  /** When the next waiting item becomes available or the next lease ends, whichever is first. */
  nextDueAt(): Promise<number | undefined>;

  /** Ids of jobs that were over before `completedBefore`, oldest first. */
  finished(filter: { completedBefore: number; limit: number }): Promise<string[]>;

  /** Changes after sequence `since`, in order, each job once with its newest state. */
  changes(since: number, limit: number): Promise<Change[]>;

  /** The newest sequence number; 0 for an empty store. */
  head(): Promise<number>;

  /** Forgets tombstones made before `before`. */
  forgetRemoved(before: number): Promise<void>;

  /**
   * Calls `listener` soon after any change by anyone on this storage: this process, another process, another tab.
   * Calls may be merged, and there may be some for nothing. Answers how to stop.
   */
  watch(listener: () => void): () => void;

  close(): Promise<void>;
}
