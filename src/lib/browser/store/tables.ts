import Dexie, { type Collection } from 'dexie';
import {
  afterMove,
  stateOf,
  type Item,
  type Job,
  type PendingItem,
  type ProcessingItem,
  type StoredJob,
} from '#queue/job.ts';
import { moved, totalOf, type StateCounts } from '#queue/states.ts';
import type { Change, ItemOfJob, ListPage, ListQuery } from '#queue/store.ts';
import {
  EMPTY_FEED,
  itemRecord,
  type FeedRecord,
  type ItemRecord,
  type JobRecord,
  type OffcutDatabase,
} from './database.ts';

const START_OF_LIST = { createdAt: Infinity, id: '' };

/** IndexedDB counts in 32 bits. */
const MOST = 2 ** 32 - 1;

/*
 * Queries and changes over the tables. Each runs inside a transaction that its caller opened, and is a few index
 * look-ups, however many jobs there are.
 */

export async function storedJob(db: OffcutDatabase, id: string): Promise<StoredJob | undefined> {
  const record = await db.jobs.get(id);
  return record && withItems(db, record);
}

export async function storedByKey(db: OffcutDatabase, key: string): Promise<StoredJob | undefined> {
  const record = await db.jobs.where('job.idempotency.key').equals(key).first();
  return record && withItems(db, record);
}

async function withItems(db: OffcutDatabase, { job, sequence }: JobRecord): Promise<StoredJob> {
  const records = await itemsOf(db, job.id).toArray();
  return { job, sequence, items: records.map(({ item }) => item) };
}

function itemsOf(db: OffcutDatabase, jobId: string): Collection<ItemRecord, string> {
  return db.items.where('[item.jobId+item.index]').between([jobId, Dexie.minKey], [jobId, Dexie.maxKey]);
}

export async function listJobs(db: OffcutDatabase, query: ListQuery): Promise<ListPage> {
  const { state, limit, after = START_OF_LIST } = query;
  const place = [after.createdAt, after.id];
  const matching =
    state === undefined
      ? db.jobs.where('[job.createdAt+job.id]').below(place)
      : db.jobs.where('[state+job.createdAt+job.id]').between([state], [state, ...place], true, false);
  const records = await matching
    .reverse()
    .limit(limit + 1)
    .toArray();
  const jobs = await Promise.all(records.slice(0, limit).map((record) => withItems(db, record)));
  const { totals } = await feedOf(db);
  return {
    total: state === undefined ? totalOf(totals) : totals[state],
    jobs,
    hasMore: records.length > limit,
  };
}

// Items

/** Each waiting item is turned ready once, by whoever looks first after its time has come. */
export async function turnReady(db: OffcutDatabase, now: number): Promise<void> {
  const due = db.items.where('[ready+item.availableAt]').between([0, Dexie.minKey], [0, now], true, true);
  const records = await due.toArray();
  if (records.length === 0) return;
  await db.items.bulkPut(records.map((record) => ({ ...record, ready: 1, readyOrder: record.leaseOrder })));
}

export async function firstReady(db: OffcutDatabase): Promise<PendingItem | undefined> {
  const item = (await db.items.orderBy('readyOrder').first())?.item;
  return item?.state === 'pending' ? item : undefined;
}

export async function leasedItems(
  db: OffcutDatabase,
  endedBefore: number,
  limit: number,
): Promise<ProcessingItem[]> {
  const records = await db.items
    .where('item.lease.until')
    .below(endedBefore)
    .limit(Math.min(limit, MOST))
    .toArray();
  return records.map(({ item }) => item).filter((item) => item.state === 'processing');
}

export async function nextDueAt(db: OffcutDatabase): Promise<number | undefined> {
  const waiting = (ready: 0 | 1) =>
    db.items.where('[ready+item.availableAt]').between([ready, Dexie.minKey], [ready, Dexie.maxKey]).first();
  const first = await Promise.all([waiting(0), waiting(1), db.items.orderBy('item.lease.until').first()]);
  const due = first.flatMap((record) => {
    if (record?.item.state === 'pending') return [record.item.availableAt];
    return record?.item.state === 'processing' ? [record.item.lease.until] : [];
  });
  return due.length === 0 ? undefined : Math.min(...due);
}

/** Writes what became of an item, and its job with it unless only the lease was prolonged. */
export async function putItem<I extends Item>(
  db: OffcutDatabase,
  from: Item,
  to: I,
  now: number,
): Promise<ItemOfJob<I>> {
  const before = await db.jobs.get(from.jobId);
  if (before === undefined) throw new Error(`Item ${from.id} has no job ${from.jobId} in the store.`);
  await db.items.put(itemRecord(before.job, to, now));
  if (from.state === to.state) return { item: to, job: before.job };
  const job = afterMove(before.job, from.state, to.state, now);
  await saveJob(db, before, job);
  return { item: to, job };
}

// Jobs, which move the change feed and the totals

export async function feedOf(db: OffcutDatabase): Promise<FeedRecord> {
  return (await db.feed.get('feed')) ?? EMPTY_FEED;
}

/** Moves the feed by one, and the totals as told. @returns the new sequence number */
async function moveFeed(db: OffcutDatabase, totals: (now: StateCounts) => StateCounts): Promise<number> {
  const feed = await feedOf(db);
  const head = feed.head + 1;
  await db.feed.put({ name: 'feed', head, totals: totals(feed.totals) });
  return head;
}

export async function addJob(db: OffcutDatabase, job: Job, items: readonly PendingItem[]): Promise<number> {
  const state = stateOf(job);
  const sequence = await moveFeed(db, (totals) => ({ ...totals, [state]: totals[state] + 1 }));
  await db.jobs.add({ job, state, sequence });
  await db.items.bulkAdd(items.map((item) => itemRecord(job, item, job.createdAt)));
  return sequence;
}

export async function saveJob(db: OffcutDatabase, before: JobRecord, job: Job): Promise<number> {
  const state = stateOf(job);
  const sequence = await moveFeed(db, (totals) => moved(totals, before.state, state));
  await db.jobs.put({ job, state, sequence });
  return sequence;
}

export async function removeJob(db: OffcutDatabase, jobId: string, removedAt: number): Promise<boolean> {
  const record = await db.jobs.get(jobId);
  if (record === undefined) return false;
  const { state } = record;
  const sequence = await moveFeed(db, (totals) => ({ ...totals, [state]: totals[state] - 1 }));
  await itemsOf(db, jobId).delete();
  await db.jobs.delete(jobId);
  await db.removed.put({ jobId, sequence, removedAt });
  return true;
}

export async function changesSince(db: OffcutDatabase, since: number, limit: number): Promise<Change[]> {
  const [jobs, removed] = await Promise.all([
    db.jobs.where('sequence').above(since).limit(limit).toArray(),
    db.removed.where('sequence').above(since).limit(limit).toArray(),
  ]);
  const newest = [...jobs, ...removed].sort((a, b) => a.sequence - b.sequence).slice(0, limit);
  return Promise.all(
    newest.map(async (record): Promise<Change> => {
      const { sequence } = record;
      return 'jobId' in record
        ? { kind: 'removed', sequence, jobId: record.jobId }
        : { kind: 'changed', sequence, job: await withItems(db, record) };
    }),
  );
}
