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
import { ChangeChannel } from './change-channel.ts';
import { itemRecord, type OffcutDatabase } from './database.ts';
import { asRefusal } from './refusal.ts';
import * as tables from './tables.ts';

/**
 * The device's store, over IndexedDB: for pages, workers and the service worker, any number of them at once. IndexedDB
 * lets one writing transaction at the same tables run at a time, over all tabs; so what is read, decided and written
 * in one cannot interleave.
 */
export class DexieStore implements QueueStore {
  readonly #db: OffcutDatabase;
  readonly #channel: ChangeChannel;

  constructor(db: OffcutDatabase) {
    this.#db = db;
    this.#channel = new ChangeChannel(db.name);
  }

  insert(job: Job, items: readonly PendingItem[]): Promise<InsertOutcome> {
    return this.#write(async (db) => {
      const existing =
        job.idempotency === null ? undefined : await tables.storedByKey(db, job.idempotency.key);
      if (existing !== undefined) return { kind: 'duplicate', existing };
      return { kind: 'inserted', sequence: await tables.addJob(db, job, items) };
    });
  }

  get(jobId: string): Promise<StoredJob | undefined> {
    return this.#read((db) => tables.storedJob(db, jobId));
  }

  list(query: ListQuery): Promise<ListPage> {
    return this.#read((db) => tables.listJobs(db, query));
  }

  counts(): Promise<StateCounts> {
    return this.#read(async (db) => (await tables.feedOf(db)).totals);
  }

  lease(
    now: number,
    decide: (item: PendingItem) => ProcessingItem,
  ): Promise<ItemOfJob<ProcessingItem> | undefined> {
    return this.#write(async (db) => {
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
    decide: Decide,
    now: number,
  ): Promise<{ stored: StoredJob; changed: number } | undefined> {
    return this.#write(async (db) => {
      const before = await db.jobs.get(jobId);
      const stored = await tables.storedJob(db, jobId);
      if (before === undefined || stored === undefined) return undefined;
      const changes = stored.items.map((from) => ({ from, to: decide(from) }));
      const written = changes.flatMap(({ from, to }) => (to === undefined ? [] : [{ from, to }]));
      if (written.length === 0) return { stored, changed: 0 };
      const job = written.reduce(
        (job, { from, to }) => afterMove(job, from.state, to.state, now),
        before.job,
      );
      await db.items.bulkPut(written.map(({ to }) => itemRecord(job, to, now)));
      const sequence = await tables.saveJob(db, before, job);
      const items = changes.map(({ from, to }) => to ?? from);
      return { stored: { job, items, sequence }, changed: written.length };
    });
  }

  remove(jobId: string, now: number): Promise<boolean> {
    return this.#write((db) => tables.removeJob(db, jobId, now));
  }

  processing({ leaseEndedBefore = Infinity, limit }: { leaseEndedBefore?: number; limit: number }) {
    return this.#read((db) => tables.leasedItems(db, leaseEndedBefore, limit));
  }

  nextDueAt(): Promise<number | undefined> {
    return this.#read(tables.nextDueAt);
  }

  finished({ completedBefore, limit }: { completedBefore: number; limit: number }): Promise<string[]> {
    return this.#read((db) =>
      db.jobs.where('job.completedAt').below(completedBefore).limit(limit).primaryKeys(),
    );
  }

  changes(since: number, limit: number): Promise<Change[]> {
    return this.#read((db) => tables.changesSince(db, since, limit));
  }

  head(): Promise<number> {
    return this.#read(async (db) => (await tables.feedOf(db)).head);
  }

  async forgetRemoved(before: number): Promise<void> {
    await this.#write((db) => db.removed.where('removedAt').below(before).delete());
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
    const { jobs, items, removed, feed } = this.#db;
    try {
      let moved = false;
      const answer = await this.#db.transaction('rw', jobs, items, removed, feed, async () => {
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
