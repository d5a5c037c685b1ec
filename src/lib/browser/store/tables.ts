import Dexie, { type Collection } from 'dexie';
import { v7 as newId } from 'uuid';
import {
  afterMove,
  type Item,
  type Job,
  type PendingItem,
  type ProcessingItem,
  type StoredJob,
} from '#queue/job.ts';
import { inThisOrder, LONGEST_WAIT_MILLIS } from '#queue/lease-order.ts';
import { totalOf } from '#queue/states.ts';
import type { Change, FeedPosition, ItemOfJob, ListPage, ListQuery, RemovalReason } from '#queue/store.ts';
import {
  EMPTY_FEED,
  itemRecord,
  jobRecord,
  movedInLine,
  type FeedRecord,
  type ItemRecord,
  type JobRecord,
  type OffcutDatabase,
} from './database.ts';
import { countsIn, recounted } from './totals.ts';

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

export async function storedByKey(
  db: OffcutDatabase,
  tenant: string,
  key: string,
): Promise<StoredJob | undefined> {
  const record = await db.jobs.where('[job.tenant+job.idempotency.key]').equals([tenant, key]).first();
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
  const { tenant, state, limit, after = START_OF_LIST } = query;
  const place = [after.createdAt, after.id];
  const matching =
    state === undefined
      ? db.jobs.where('[job.tenant+job.createdAt+job.id]').between([tenant], [tenant, ...place], true, false)
      : db.jobs
          .where('[job.tenant+state+job.createdAt+job.id]')
          .between([tenant, state], [tenant, state, ...place], true, false);
  const records = await matching
    .reverse()
    .limit(limit + 1)
    .toArray();
  const jobs = await Promise.all(records.slice(0, limit).map((record) => withItems(db, record)));
  const counts = countsIn((await feedOf(db)).totals, tenant);
  return {
    total: state === undefined ? totalOf(counts) : counts[state],
    jobs,
    hasMore: records.length > limit,
  };
}

// Items

/** Each waiting item is turned ready once, by whoever looks first after its time has come. */
export async function turnReady(db: OffcutDatabase, now: number): Promise<void> {
  const due = await db.items
    .where('[ready+item.availableAt]')
    .between([0, Dexie.minKey], [0, now], true, true)
    .toArray();
  const lost = await db.items
    .where('[ready+item.availableAt]')
    .between([0, now + LONGEST_WAIT_MILLIS], [0, Dexie.maxKey], false, true)
    .toArray();
  const records = [...due, ...lost];
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
    .where('leaseUntil')
    .below(endedBefore)
    .limit(Math.min(limit, MOST))
    .toArray();
  return records.map(({ item }) => item).filter((item) => item.state === 'processing');
}

export async function nextDueAt(db: OffcutDatabase): Promise<number | undefined> {
  const waiting = (ready: 0 | 1) =>
    db.items.where('[ready+item.availableAt]').between([ready, Dexie.minKey], [ready, Dexie.maxKey]).first();
  const [feed, leased, ...available] = await Promise.all([
    db.feed.get('feed'),
    db.items.orderBy('leaseUntil').first(),
    waiting(0),
    waiting(1),
  ]);
  const first = feed?.paused ? [leased] : [leased, ...available];
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
  const job = afterMove(before.job, from, to, now);
  await saveJob(db, before, job);
  return { item: to, job };
}

// Jobs, which move the change feed and the totals

export async function feedOf(db: OffcutDatabase): Promise<FeedRecord> {
  return (await db.feed.get('feed')) ?? EMPTY_FEED;
}

/** Moves the feed by one, and the totals by what became of a job. @returns the new sequence number */
async function moveFeed(
  db: OffcutDatabase,
  before: Job | undefined,
  after: Job | undefined,
): Promise<number> {
  const feed = await feedOf(db);
  const head = feed.head + 1;
  await db.feed.put({ ...feed, head, totals: recounted(feed.totals, before, after) });
  return head;
}

/** A store gets its name when it is first asked for: earlier versions gave none. */
export async function namedFeed(db: OffcutDatabase): Promise<FeedPosition> {
  const feed = await feedOf(db);
  const { head, id = newId(), completeSince = 0 } = feed;
  if (feed.id === undefined) await db.feed.put({ ...feed, id });
  return { id, head, completeSince };
}

export async function forgetRemoved(db: OffcutDatabase, before: number): Promise<void> {
  const forgotten = await db.removed.where('removedAt').below(before).toArray();
  if (forgotten.length === 0) return;
  const feed = await feedOf(db);
  const completeSince = Math.max(feed.completeSince ?? 0, ...forgotten.map(({ sequence }) => sequence));
  await db.feed.put({ ...feed, completeSince });
  await db.removed.bulkDelete(forgotten.map(({ jobId }) => jobId));
}

export async function isPaused(db: OffcutDatabase): Promise<boolean> {
  return (await feedOf(db)).paused ?? false;
}

/** Moves the feed as well, so that all who watch it hear of it. */
export async function setPaused(db: OffcutDatabase, paused: boolean): Promise<void> {
  const feed = await feedOf(db);
  if ((feed.paused ?? false) !== paused) await db.feed.put({ ...feed, head: feed.head + 1, paused });
}

/** @returns ids of those of these jobs that are the tenant's, in this order */
export async function reorder(
  db: OffcutDatabase,
  tenant: string,
  jobIds: readonly string[],
): Promise<string[]> {
  const records = (await db.jobs.bulkGet([...jobIds])).filter((record) => record?.job.tenant === tenant);
  const found = records.filter((record) => record !== undefined);
  const before = new Map(found.map((record) => [record.job.id, record]));
  for (const job of inThisOrder(found.map((record) => record.job))) {
    const record = before.get(job.id);
    if (record === undefined) continue;
    await saveJob(db, record, job);
    const items = await itemsOf(db, job.id).toArray();
    await db.items.bulkPut(items.map((item) => movedInLine(job, item)));
  }
  return [...before.keys()];
}

export async function addJob(db: OffcutDatabase, job: Job, items: readonly PendingItem[]): Promise<number> {
  const sequence = await moveFeed(db, undefined, job);
  await db.jobs.add(jobRecord(job, sequence));
  await db.items.bulkAdd(items.map((item) => itemRecord(job, item, job.createdAt)));
  return sequence;
}

export async function saveJob(db: OffcutDatabase, before: JobRecord, job: Job): Promise<number> {
  const sequence = await moveFeed(db, before.job, job);
  await db.jobs.put(jobRecord(job, sequence));
  return sequence;
}

export async function removeJob(
  db: OffcutDatabase,
  jobId: string,
  removedAt: number,
  reason: RemovalReason = 'deleted',
): Promise<boolean> {
  const record = await db.jobs.get(jobId);
  if (record === undefined) return false;
  const sequence = await moveFeed(db, record.job, undefined);
  await itemsOf(db, jobId).delete();
  await db.edits.where('jobId').equals(jobId).delete();
  await db.jobs.delete(jobId);
  const { tenant, idempotency } = record.job;
  await db.removed.put({
    jobId,
    tenant,
    sequence,
    removedAt,
    expired: reason === 'expired',
    idempotencyKey: idempotency?.key ?? null,
  });
  return true;
}

export async function changesSince(
  db: OffcutDatabase,
  tenant: string,
  since: number,
  limit: number,
): Promise<Change[]> {
  const after = [tenant, since];
  const end = [tenant, Dexie.maxKey];
  const [jobs, removed] = await Promise.all([
    db.jobs.where('[job.tenant+sequence]').between(after, end, false).limit(limit).toArray(),
    db.removed.where('[tenant+sequence]').between(after, end, false).limit(limit).toArray(),
  ]);
  const newest = [...jobs, ...removed].sort((a, b) => a.sequence - b.sequence).slice(0, limit);
  return Promise.all(
    newest.map(async (record): Promise<Change> => {
      const { sequence } = record;
      if (!('jobId' in record)) return { kind: 'changed', sequence, job: await withItems(db, record) };
      const { jobId, expired, idempotencyKey = null } = record;
      return { kind: 'removed', sequence, jobId, reason: expired ? 'expired' : 'deleted', idempotencyKey };
    }),
  );
}
