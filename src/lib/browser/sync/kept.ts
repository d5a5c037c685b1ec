import type { Item } from '#queue/job.ts';
import type { Kept } from '#sync/stored.ts';
import { ChangeChannel } from '../store/change-channel.ts';
import { itemRecord, type JobRecord, type OffcutDatabase } from '../store/database.ts';
import { addJob, removeJob, saveJob, storedJob } from '../store/tables.ts';

/*
 * Jobs that the rules of sync look at and rewrite. Each function runs inside a transaction over `syncTables`, which its
 * caller opened.
 */

export function syncTables({ jobs, items, removed, feed, edits, blobs, graves, sync }: OffcutDatabase) {
  return [jobs, items, removed, feed, edits, blobs, graves, sync];
}

/** Writes a job as it is now, with the items that changed; nothing when all is as it was. */
export async function writeKept(
  db: OffcutDatabase,
  before: { readonly record: JobRecord; readonly items: readonly Item[] } | undefined,
  { job, items }: Kept,
  now: number,
): Promise<void> {
  const old = new Map(before?.items.map((item) => [item.id, JSON.stringify(item)]));
  // A job that changes places changes the indexes of all its items.
  const isMoved = (before?.record.job.place === undefined) !== (job.place === undefined);
  const changed = items.filter((item) => isMoved || old.get(item.id) !== JSON.stringify(item));
  if (before !== undefined && changed.length === 0) {
    if (JSON.stringify(before.record.job) === JSON.stringify(job)) return;
  }
  if (before === undefined) {
    // It was deleted here once: the tombstone would be told after it.
    await db.removed.delete(job.id);
    await addJob(db, job, []);
  } else {
    await saveJob(db, before.record, job);
  }
  // To write nothing takes no request, and a transaction without one under way is over.
  if (changed.length > 0) await db.items.bulkPut(changed.map((item) => itemRecord(job, item, now)));
}

export async function rewrite(
  db: OffcutDatabase,
  jobId: string,
  now: number,
  decide: (kept: Kept) => Kept | undefined,
): Promise<Kept | undefined> {
  const record = await db.jobs.get(jobId);
  const kept = await storedJob(db, jobId);
  if (record === undefined || kept === undefined) return undefined;
  const next = decide(kept);
  if (next !== undefined) await writeKept(db, { record, items: kept.items }, next, now);
  return next;
}

/** With its bytes: nobody asks for them again. */
export async function removeKept(db: OffcutDatabase, jobId: string, now: number): Promise<void> {
  await removeJob(db, jobId, now);
  const paths = await db.blobs
    .where('[jobId+writtenAt]')
    .between([jobId, 0], [jobId, Infinity])
    .primaryKeys();
  if (paths.length > 0) await db.blobs.bulkDelete(paths);
}

/** Tells all who watch the store, in this tab and the others. */
export function announce({ name }: OffcutDatabase): void {
  const channel = new ChangeChannel(name);
  channel.announce();
  channel.close();
}
