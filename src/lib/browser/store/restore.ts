import type { Item, Job } from '#queue/job.ts';
import { ChangeChannel } from './change-channel.ts';
import { type EditsRecord, itemRecord, type OffcutDatabase, type PictureRecord } from './database.ts';
import { asRefusal } from './refusal.ts';
import { addJob } from './tables.ts';

/** A job as it was, whatever became of it. */
export interface PastJob {
  readonly job: Job;
  readonly items: readonly Item[];
  readonly edits: readonly EditsRecord[];
}

/** An image that edits use as a background. */
export type PastPicture = Pick<PictureRecord, 'id' | 'image'>;

/** Ids of those that are not here. */
export async function unknownJobs(db: OffcutDatabase, ids: readonly string[]): Promise<Set<string>> {
  const found = await db.jobs.bulkGet([...ids]);
  return new Set(ids.filter((_, at) => found[at] === undefined));
}

/** Keeps bytes under a path of their own (`blobPath`). A job that does not come makes them orphans, which are swept. */
export async function keepBytes(db: OffcutDatabase, path: string, blob: Blob, now: number): Promise<void> {
  try {
    await db.blobs.put({ path, jobId: path.slice(0, path.indexOf('/')), writtenAt: now, blob });
  } catch (cause) {
    throw asRefusal(cause);
  }
}

export async function dropBytes(db: OffcutDatabase, paths: readonly string[]): Promise<void> {
  await db.blobs.bulkDelete([...paths]);
}

/**
 * Adds jobs whose bytes are here, in one transaction: all or none. One that has come in the meantime stays as it is.
 * @returns how many were added
 */
export async function restoreJobs(
  db: OffcutDatabase,
  past: readonly PastJob[],
  pictures: readonly PastPicture[],
  now: number,
): Promise<number> {
  try {
    const { jobs, items, removed, feed, edits, editPictures } = db;
    const tables = [jobs, items, removed, feed, edits, editPictures];
    const added = await db.transaction('rw', tables, async () => {
      const unknown = await unknownJobs(
        db,
        past.map(({ job }) => job.id),
      );
      const fresh = past.filter(({ job }) => unknown.has(job.id));
      await editPictures.bulkPut(pictures.map((picture) => ({ ...picture, addedAt: now })));
      for (const { job, items: its, edits: done } of fresh) {
        // It was deleted here once: the tombstone would be told after it.
        await removed.delete(job.id);
        await addJob(db, job, []);
        await edits.bulkPut([...done]);
        await items.bulkAdd(its.map((item) => itemRecord(job, item, now)));
      }
      return fresh.length;
    });
    announce(db);
    return added;
  } catch (cause) {
    throw asRefusal(cause);
  }
}

function announce(db: OffcutDatabase): void {
  for (const name of [db.name, `${db.name}:edits`]) {
    const channel = new ChangeChannel(name);
    channel.announce();
    channel.close();
  }
}
