import {
  afterMove,
  type Item,
  type Job,
  type PendingItem,
  type ProcessingItem,
  type StoredJob,
} from '#queue/job.ts';
import { inThisOrder } from '#queue/lease-order.ts';
import type { StateCounts } from '#queue/states.ts';
import type {
  Admit,
  Change,
  Decide,
  DecideInJob,
  FeedPosition,
  InsertOutcome,
  ItemOfJob,
  ListPage,
  ListQuery,
  QueueStore,
  RemovalReason,
  Usage,
} from '#queue/store.ts';
import type { DatabaseSync } from 'node:sqlite';
import { CommitWatch } from './commit-watch.ts';
import { openDatabase } from './connection.ts';
import { GroupCommit } from './group-commit.ts';
import { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

/**
 * Opens the server's store: one SQLite file, which any number of processes may have open. Its methods run on the
 * calling thread and take well under a millisecond, plus the disk's sync for those that write, which goes for all that
 * are called at about the same time.
 * @throws StoreOpenError when the file is not ours to use.
 */
export function openSqliteStore(file: string): QueueStore {
  return new SqliteStore(openDatabase(file));
}

class SqliteStore implements QueueStore {
  readonly #db: DatabaseSync;
  readonly #tables: Tables;
  readonly #watch: CommitWatch;
  readonly #commits: GroupCommit;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#tables = new Tables(db);
    this.#watch = new CommitWatch(db);
    this.#commits = new GroupCommit(db);
  }

  async insert(job: Job, items: readonly PendingItem[], admit?: Admit): Promise<InsertOutcome> {
    return this.#write((tables) => {
      const existing =
        job.idempotency === null ? undefined : tables.storedByKey(job.tenant, job.idempotency.key);
      if (existing !== undefined) return { kind: 'duplicate', existing };
      admit?.(tables.usage(), tables.usage(job.tenant));
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

  async counts(tenant?: string): Promise<StateCounts> {
    return this.#read((tables) => tables.counts(tenant));
  }

  async usage(tenant?: string): Promise<Usage> {
    return this.#read((tables) => tables.usage(tenant));
  }

  async lease(
    now: number,
    decide: (item: PendingItem) => ProcessingItem,
  ): Promise<ItemOfJob<ProcessingItem> | undefined> {
    return this.#write((tables) => {
      if (tables.paused()) return undefined;
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
    decide: DecideInJob,
    now: number,
  ): Promise<{ stored: StoredJob; changed: number } | undefined> {
    return this.#write((tables) => {
      const before = tables.stored(jobId);
      if (before === undefined) return undefined;
      let { job } = before;
      let changed = 0;
      const items = before.items.map((item) => {
        const next = decide(item, before.job);
        if (next === undefined) return item;
        tables.saveItem(next, now);
        job = afterMove(job, item, next, now);
        changed += 1;
        return next;
      });
      const sequence = changed === 0 ? before.sequence : tables.saveJob(job);
      return { stored: { job, items, sequence }, changed };
    });
  }

  async changeJob(jobId: string, decide: (job: Job) => Job | undefined): Promise<Job | undefined> {
    return this.#write((tables) => {
      const found = tables.job(jobId);
      const next = found && decide(found.job);
      if (next !== undefined) tables.saveUnseen(next);
      return next;
    });
  }

  async dueWebhooks(now: number, limit: number): Promise<Job[]> {
    return this.#read((tables) => tables.dueWebhooks(now, limit));
  }

  async remove(jobId: string, now: number, reason?: RemovalReason): Promise<boolean> {
    return this.#write((tables) => tables.removeJob(jobId, now, reason));
  }

  async processing(filter: { leaseEndedBefore?: number; limit: number }): Promise<ProcessingItem[]> {
    const { leaseEndedBefore = Number.MAX_SAFE_INTEGER, limit } = filter;
    return this.#read((tables) => tables.leased(leaseEndedBefore, limit));
  }

  async nextDueAt(): Promise<number | undefined> {
    return this.#read((tables) => tables.nextDueAt());
  }

  async paused(): Promise<boolean> {
    return this.#read((tables) => tables.paused());
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.#write((tables) => {
      tables.setPaused(paused);
    });
  }

  async reorder(tenant: string, jobIds: readonly string[]): Promise<string[]> {
    return this.#write((tables) => {
      const jobs = jobIds.flatMap((id) => tables.job(id)?.job ?? []).filter((job) => job.tenant === tenant);
      for (const job of inThisOrder(jobs)) {
        tables.saveJob(job);
        tables.moveItems(job);
      }
      return jobs.map(({ id }) => id);
    });
  }

  async finished({ completedBefore, limit }: { completedBefore: number; limit: number }): Promise<string[]> {
    return this.#read((tables) => tables.over(completedBefore, limit));
  }

  async changes(tenant: string, since: number, limit: number): Promise<Change[]> {
    return this.#read((tables) => tables.changes(tenant, since, limit));
  }

  async head(): Promise<number> {
    return this.#read((tables) => tables.head());
  }

  async feed(): Promise<FeedPosition> {
    return this.#read((tables) => tables.feed());
  }

  async forgetRemoved(before: number): Promise<void> {
    await this.#write((tables) => {
      tables.forgetRemoved(before);
    });
  }

  watch(listener: () => void): () => void {
    return this.#watch.add(listener);
  }

  async close(): Promise<void> {
    this.#commits.flush();
    this.#watch.close();
    if (this.#db.isOpen) this.#db.close();
  }

  #read<T>(work: (tables: Tables) => T): T {
    return inTransaction(this.#db, 'DEFERRED', () => work(this.#tables));
  }

  /** Listeners hear of it when the change feed moved: of what clients can see, and not of heartbeats. */
  async #write<T>(work: (tables: Tables) => T): Promise<T> {
    let moved = false;
    const answer = await this.#commits.write(() => {
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
  const job = afterMove(found.job, from, to, now);
  tables.saveJob(job);
  return { item: to, job };
}
