import {
  afterMove,
  type Item,
  type Job,
  type PendingItem,
  type ProcessingItem,
  type StoredJob,
} from '#queue/job.ts';
import type { StateCounts } from '#queue/states.ts';
import type {
  Change,
  Decide,
  InsertOutcome,
  ItemOfJob,
  ListPage,
  ListQuery,
  QueueStore,
} from '#queue/store.ts';
import type { DatabaseSync } from 'node:sqlite';
import { CommitWatch } from './commit-watch.ts';
import { openDatabase } from './connection.ts';
import { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

/**
 * Opens the server's store: one SQLite file, which any number of processes may have open. Its methods run on the
 * calling thread and take well under a millisecond, plus the disk's sync for those that write.
 * @throws StoreOpenError when the file is not ours to use.
 */
export function openSqliteStore(file: string): QueueStore {
  return new SqliteStore(openDatabase(file));
}

class SqliteStore implements QueueStore {
  readonly #db: DatabaseSync;
  readonly #tables: Tables;
  readonly #watch: CommitWatch;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#tables = new Tables(db);
    this.#watch = new CommitWatch(db);
  }

  async insert(job: Job, items: readonly PendingItem[]): Promise<InsertOutcome> {
    return this.#write((tables) => {
      const existing = job.idempotency === null ? undefined : tables.storedByKey(job.idempotency.key);
      if (existing !== undefined) return { kind: 'duplicate', existing };
      const sequence = tables.addJob(job);
      for (const item of items) tables.addItem(item, job);
      return { kind: 'inserted', sequence };
    });
  }

  async get(jobId: string): Promise<StoredJob | undefined> {
    return this.#read((tables) => tables.stored(jobId));
  }

  async list(query: ListQuery): Promise<ListPage> {
    return this.#read((tables) => tables.list(query));
  }

  async counts(): Promise<StateCounts> {
    return this.#read((tables) => tables.counts());
  }

  async lease(
    now: number,
    decide: (item: PendingItem) => ProcessingItem,
  ): Promise<ItemOfJob<ProcessingItem> | undefined> {
    return this.#write((tables) => {
      tables.turnReady(now);
      const item = tables.firstReady();
      return item && put(tables, item, decide(item), now);
    });
  }

  async change<I extends Item>(
    itemId: string,
    decide: Decide<I>,
    now: number,
  ): Promise<ItemOfJob<I> | undefined> {
    return this.#write((tables) => {
      const item = tables.item(itemId);
      const next = item && decide(item);
      return item && next && put(tables, item, next, now);
    });
  }

  async changeAll(
    jobId: string,
    decide: Decide,
    now: number,
  ): Promise<{ stored: StoredJob; changed: number } | undefined> {
    return this.#write((tables) => {
      const before = tables.stored(jobId);
      if (before === undefined) return undefined;
      let { job } = before;
      let changed = 0;
      const items = before.items.map((item) => {
        const next = decide(item);
        if (next === undefined) return item;
        tables.saveItem(next, now);
        job = afterMove(job, item.state, next.state, now);
        changed += 1;
        return next;
      });
      const sequence = changed === 0 ? before.sequence : tables.saveJob(job);
      return { stored: { job, items, sequence }, changed };
    });
  }

  async remove(jobId: string, now: number): Promise<boolean> {
    return this.#write((tables) => tables.removeJob(jobId, now));
  }

  async processing(filter: { leaseEndedBefore?: number; limit: number }): Promise<ProcessingItem[]> {
    const { leaseEndedBefore = Number.MAX_SAFE_INTEGER, limit } = filter;
    return this.#read((tables) => tables.leased(leaseEndedBefore, limit));
  }

  async nextDueAt(): Promise<number | undefined> {
    return this.#read((tables) => tables.nextDueAt());
  }

  async finished({ completedBefore, limit }: { completedBefore: number; limit: number }): Promise<string[]> {
    return this.#read((tables) => tables.over(completedBefore, limit));
  }

  async changes(since: number, limit: number): Promise<Change[]> {
    return this.#read((tables) => tables.changes(since, limit));
  }

  async head(): Promise<number> {
    return this.#read((tables) => tables.head());
  }

  async forgetRemoved(before: number): Promise<void> {
    this.#write((tables) => {
      tables.forgetRemoved(before);
    });
  }

  watch(listener: () => void): () => void {
    return this.#watch.add(listener);
  }

  async close(): Promise<void> {
    this.#watch.close();
    if (this.#db.isOpen) this.#db.close();
  }

  #read<T>(work: (tables: Tables) => T): T {
    return inTransaction(this.#db, 'DEFERRED', () => work(this.#tables));
  }

  /** Listeners hear of it when the change feed moved: of what clients can see, and not of heartbeats. */
  #write<T>(work: (tables: Tables) => T): T {
    let moved = false;
    const answer = inTransaction(this.#db, 'IMMEDIATE', () => {
      const before = this.#tables.head();
      const answer = work(this.#tables);
      moved = this.#tables.head() !== before;
      return answer;
    });
    if (moved) this.#watch.announce();
    return answer;
  }
}

/** Writes what became of an item, and its job with it unless only the lease was prolonged. */
function put<I extends Item>(tables: Tables, from: Item, to: I, now: number): ItemOfJob<I> {
  const found = tables.job(from.jobId);
  if (found === undefined) throw new Error(`Item ${from.id} has no job ${from.jobId} in the store.`);
  tables.saveItem(to, now);
  if (from.state === to.state) return { item: to, job: found.job };
  const job = afterMove(found.job, from.state, to.state, now);
  tables.saveJob(job);
  return { item: to, job };
}
