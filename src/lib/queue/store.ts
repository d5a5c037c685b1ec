import type { Item, Job, PendingItem, ProcessingItem, StoredJob } from './job.ts';
import type { State, StateCounts } from './states.ts';

export interface ListQuery {
  readonly tenant: string;
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

/** What is kept: of one tenant, or of all. */
export interface Usage {
  readonly jobs: number;
  /** Items that are pending or in processing. */
  readonly waiting: number;
  /** Of inputs, backgrounds and results. */
  readonly bytes: number;
}

/** Looks at what is kept before a job is added, and throws what refuses it. Pure and synchronous, as `Decide` is. */
export type Admit = (all: Usage, ofTenant: Usage) => void;

export type InsertOutcome =
  | { readonly kind: 'inserted'; readonly sequence: number }
  /** A job of the same tenant with the same idempotency key is there already; nothing was written. */
  | { readonly kind: 'duplicate'; readonly existing: StoredJob };

export type Change =
  | { readonly kind: 'changed'; readonly sequence: number; readonly job: StoredJob }
  | ({ readonly kind: 'removed' } & Removal);

/** What the feed keeps of a job that is gone: its tombstone. */
export interface Removal {
  readonly sequence: number;
  readonly jobId: string;
  /** `deleted`: by a client, so all of it is unwanted everywhere. `expired`: it was over for longer than it is kept. */
  readonly reason: RemovalReason;
  readonly idempotencyKey: string | null;
}

export type RemovalReason = 'deleted' | 'expired';

/** Of the change feed of a storage. */
export interface FeedPosition {
  /** Of this history: a storage that is new, or was brought back to an earlier state, has another. */
  readonly id: string;
  /** The newest sequence number; 0 for an empty store. */
  readonly head: number;
  /** Whoever has followed it up to here or further misses nothing: older tombstones are forgotten. */
  readonly completeSince: number;
}

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

export type DecideInJob = (item: Item, job: Job) => Item | undefined;

/**
 * Where jobs and items are kept. Every method is one atomic, durable transaction, safe against other processes (or
 * tabs) on the same storage. The rules of the state machine are not here: they come in as `Decide`. A store keeps
 * each job's row in step by `afterMove` and gives every change that a client can see the next sequence number.
 * A heartbeat (processing to processing) is not such a change.
 */
export interface QueueStore {
  /** Adds a job with its items, unless the tenant's idempotency key is taken or `admit` throws. */
  insert(job: Job, items: readonly PendingItem[], admit?: Admit): Promise<InsertOutcome>;

  get(jobId: string): Promise<StoredJob | undefined>;

  list(query: ListQuery): Promise<ListPage>;

  /** How many jobs are in each state, of one tenant or of all. */
  counts(tenant?: string): Promise<StateCounts>;

  /** What is kept, of one tenant or of all. */
  usage(tenant?: string): Promise<Usage>;

  /**
   * Takes the first pending item that is available at `now`: in the order of `leaseOrder`, which is highest priority
   * first, then oldest job, then lowest index, as long as nobody reorders. No two callers get the same one. While the
   * queue is paused there is none.
   */
  lease(
    now: number,
    decide: (item: PendingItem) => ProcessingItem,
  ): Promise<ItemOfJob<ProcessingItem> | undefined>;

  /** Compare-and-set of one item. Answers what was written, or `undefined` when refused or unknown. */
  change<I extends Item>(itemId: string, decide: Decide<I>, now: number): Promise<ItemOfJob<I> | undefined>;

  /**
   * Compare-and-set over all the items of a job, as one change. `decide` is given the job as it was before. Answers the
   * job after it and how many items changed, or `undefined` when there is no such job.
   */
  changeAll(
    jobId: string,
    decide: DecideInJob,
    now: number,
  ): Promise<{ stored: StoredJob; changed: number } | undefined>;

  /**
   * Compare-and-set of what of a job no client sees: its webhook. No change of the feed. Answers what was written, or
   * `undefined` when refused or unknown.
   */
  changeJob(jobId: string, decide: (job: Job) => Job | undefined): Promise<Job | undefined>;

  /** Jobs whose webhook is due at `now`, the longest due first. */
  dueWebhooks(now: number, limit: number): Promise<Job[]>;

  /**
   * Removes a job with its items and leaves a tombstone in the change feed. False when there is no such job.
   * @param reason `deleted` when absent
   */
  remove(jobId: string, now: number, reason?: RemovalReason): Promise<boolean>;

  /** Items in processing, of all jobs or with a lease that ended before `leaseEndedBefore`; at most `limit`. */
  processing(filter: { leaseEndedBefore?: number; limit: number }): Promise<ProcessingItem[]>;

  /**
   * When the next waiting item becomes available or the next lease ends, whichever is first. While the queue is paused
   * waiting items do not count, or a runner would ask without a pause for what it cannot have.
   */
  nextDueAt(): Promise<number | undefined>;

  /** Whether the queue is paused; false for an empty store. */
  paused(): Promise<boolean>;

  /**
   * Pauses or resumes the queue, for everybody on this storage and beyond restarts. What is in processing goes on:
   * `change` works as ever. When it makes a difference the head of the feed moves on by one number that no job gets, so
   * that all who watch hear of it.
   */
  setPaused(paused: boolean): Promise<void>;

  /**
   * Puts these jobs of the tenant into this order by `inThisOrder`, as one change; ids of others, or of none, are left
   * out, and no id comes twice. Each job whose turn changed takes the next sequence number, and its items their new
   * `leaseOrder`. Answers the ids in their new order.
   */
  reorder(tenant: string, jobIds: readonly string[]): Promise<string[]>;

  /** Ids of jobs that were over before `completedBefore`, oldest first. */
  finished(filter: { completedBefore: number; limit: number }): Promise<string[]>;

  /** A tenant's changes after sequence `since`, in order, each job once with its newest state. */
  changes(tenant: string, since: number, limit: number): Promise<Change[]>;

  /** The newest sequence number; 0 for an empty store. */
  head(): Promise<number>;

  feed(): Promise<FeedPosition>;

  /** Forgets tombstones made before `before`. */
  forgetRemoved(before: number): Promise<void>;

  /**
   * Calls `listener` soon after any change by anyone on this storage: this process, another process, another tab.
   * Calls may be merged, and there may be some for nothing. Answers how to stop.
   */
  watch(listener: () => void): () => void;

  close(): Promise<void>;
}
