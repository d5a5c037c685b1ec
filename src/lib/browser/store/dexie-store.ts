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
import { ChangeChannel } from './change-channel.ts';
import { itemRecord, type OffcutDatabase } from './database.ts';
import { GroupCommit } from './group-commit.ts';
import { asRefusal } from './refusal.ts';
import * as tables from './tables.ts';
import { countsIn, usageIn } from './totals.ts';

/**
 * The device's store, over IndexedDB: for pages, workers and the service worker, any number of them at once. IndexedDB
 * lets one writing transaction at the same tables run at a time, over all tabs; so what is read, decided and written
 * in one cannot interleave.
 */
export class DexieStore implements QueueStore {
  readonly #db: OffcutDatabase;
  readonly #channel: ChangeChannel;
  readonly #inserts = new GroupCommit((work) => this.#write(work));

  constructor(db: OffcutDatabase) {
    this.#db = db;
    this.#channel = new ChangeChannel(db.name);
  }

  insert(job: Job, items: readonly PendingItem[], admit?: Admit): Promise<InsertOutcome> {
    const db = this.#db;
    return this.#inserts.write(async (): Promise<InsertOutcome> => {
      const existing =
        job.idempotency === null ? undefined : await tables.storedByKey(db, job.tenant, job.idempotency.key);
      if (existing !== undefined) return { kind: 'duplicate', existing };
      const { totals } = await tables.feedOf(db);
      admit?.(usageIn(totals), usageIn(totals, job.tenant));
      return { kind: 'inserted', sequence: await tables.addJob(db, job, items) };
    });
  }

  get(jobId: string): Promise<StoredJob | undefined> {
    return this.#read((db) => tables.storedJob(db, jobId));
  }

  list(query: ListQuery): Promise<ListPage> {
    return this.#read((db) => tables.listJobs(db, query));
  }

  counts(tenant?: string): Promise<StateCounts> {
    return this.#read(async (db) => countsIn((await tables.feedOf(db)).totals, tenant));
  }

  usage(tenant?: string): Promise<Usage> {
    return this.#read(async (db) => usageIn((await tables.feedOf(db)).totals, tenant));
  }

  lease(
    now: number,
    decide: (item: PendingItem) => ProcessingItem,
  ): Promise<ItemOfJob<ProcessingItem> | undefined> {
    return this.#write(async (db) => {
      if (await tables.isPaused(db)) return undefined;
      await tables.turnReady(db, now);
      const item = await tables.firstReady(db);
      return item && tables.putItem(db, item, decide(item), now);
    });
  }

  change<I extends Item>(itemId: string, decide: Decide<I>, now: number): Promise<ItemOfJob<I> | undefined> {
    return this.#write(async (db) => {
      const item = (await db.items.get(itemId))?.item;
      const next = item && decide(item);
      return item && next && tables.putItem(db, item, next, now);
    });
  }

  changeAll(
    jobId: string,
    decide: DecideInJob,
    now: number,
  ): Promise<{ stored: StoredJob; changed: number } | undefined> {
    return this.#write(async (db) => {
      const before = await db.jobs.get(jobId);
      const stored = await tables.storedJob(db, jobId);
      if (before === undefined || stored === undefined) return undefined;
      const changes = stored.items.map((from) => ({ from, to: decide(from, before.job) }));
      const written = changes.flatMap(({ from, to }) => (to === undefined ? [] : [{ from, to }]));
      if (written.length === 0) return { stored, changed: 0 };
      const job = written.reduce((job, { from, to }) => afterMove(job, from, to, now), before.job);
      await db.items.bulkPut(written.map(({ to }) => itemRecord(job, to, now)));
      const sequence = await tables.saveJob(db, before, job);
      const items = changes.map(({ from, to }) => to ?? from);
      return { stored: { job, items, sequence }, changed: written.length };
    });
  }

  changeJob(jobId: string, decide: (job: Job) => Job | undefined): Promise<Job | undefined> {
    return this.#write(async (db) => {
      const record = await db.jobs.get(jobId);
      if (record === undefined) return undefined;
      const job = decide(record.job);
      if (job !== undefined) await db.jobs.put({ ...record, job });
      return job;
    });
  }

  dueWebhooks(now: number, limit: number): Promise<Job[]> {
    return this.#read(async (db) => {
      const records = await db.jobs.where('job.webhook.dueAt').belowOrEqual(now).limit(limit).toArray();
      return records.map(({ job }) => job);
    });
  }

  remove(jobId: string, now: number, reason?: RemovalReason): Promise<boolean> {
    return this.#write((db) => tables.removeJob(db, jobId, now, reason));
  }

  processing({ leaseEndedBefore = Infinity, limit }: { leaseEndedBefore?: number; limit: number }) {
    return this.#read((db) => tables.leasedItems(db, leaseEndedBefore, limit));
  }

  nextDueAt(): Promise<number | undefined> {
    return this.#read(tables.nextDueAt);
  }

  paused(): Promise<boolean> {
    return this.#read(tables.isPaused);
  }

  setPaused(paused: boolean): Promise<void> {
    return this.#write((db) => tables.setPaused(db, paused));
  }

  reorder(tenant: string, jobIds: readonly string[]): Promise<string[]> {
    return this.#write((db) => tables.reorder(db, tenant, jobIds));
  }

  finished({ completedBefore, limit }: { completedBefore: number; limit: number }): Promise<string[]> {
    return this.#read((db) =>
      db.jobs.where('job.completedAt').below(completedBefore).limit(limit).primaryKeys(),
    );
  }

  changes(tenant: string, since: number, limit: number): Promise<Change[]> {
    return this.#read((db) => tables.changesSince(db, tenant, since, limit));
  }

  head(): Promise<number> {
    return this.#read(async (db) => (await tables.feedOf(db)).head);
  }

  feed(): Promise<FeedPosition> {
    return this.#write(tables.namedFeed);
  }

  async forgetRemoved(before: number): Promise<void> {
    await this.#write((db) => tables.forgetRemoved(db, before));
  }

  watch(listener: () => void): () => void {
    return this.#channel.add(listener);
  }

  async close(): Promise<void> {
    this.#channel.close();
    this.#db.close();
  }

  async #read<T>(work: (db: OffcutDatabase) => PromiseLike<T>): Promise<T> {
    const { jobs, items, removed, feed } = this.#db;
    return this.#db.transaction('r', jobs, items, removed, feed, () => work(this.#db));
  }

  /** Listeners hear of it when the change feed moved: of what clients can see, and not of heartbeats. */
  async #write<T>(work: (db: OffcutDatabase) => PromiseLike<T>): Promise<T> {
    const { jobs, items, removed, feed, edits } = this.#db;
    try {
      let moved = false;
      const answer = await this.#db.transaction('rw', jobs, items, removed, feed, edits, async () => {
        const { head } = await tables.feedOf(this.#db);
        const answer = await work(this.#db);
        moved = (await tables.feedOf(this.#db)).head !== head;
        return answer;
      });
      if (moved) this.#channel.announce();
      return answer;
    } catch (cause) {
      throw asRefusal(cause);
    }
  }
}
