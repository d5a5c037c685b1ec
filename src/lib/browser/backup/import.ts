import { blobPath } from '#queue/blobs.ts';
import { backgroundKey, inputKey, resultKey } from '#queue/blob-keys.ts';
import { QueueError } from '#queue/errors.ts';
import { displayName } from '#queue/filename.ts';
import { LOCAL_TENANT, type Item, type Job } from '#queue/job.ts';
import { moved, NO_COUNTS } from '#queue/states.ts';
import { recordOf } from '../edits/edits-store.ts';
import type { ImportOutcome } from '../storage/interface.ts';
import { estimateRoom } from '../storage/room.ts';
import type { OffcutDatabase } from '../store/database.ts';
import {
  dropBytes,
  keepBytes,
  type PastJob,
  type PastPicture,
  restoreJobs,
  unknownJobs,
} from '../store/restore.ts';
import {
  LIMITS,
  MANIFEST_NAME,
  manifestSchema,
  type FileEntry,
  type ItemEntry,
  type JobEntry,
  type Manifest,
  type PictureEntry,
  picturePath,
} from './format.ts';
import { readZip, type ZipEntry } from './read-zip.ts';

/** An image that the file names, and where it is in it. */
interface Arrival extends FileEntry {
  readonly entry: ZipEntry;
}

/**
 * Adds the jobs of an exported library that are not here. The whole file is judged before anything is written; bytes
 * come first, and the jobs that name them in one transaction at the end. So whatever fails, or closes the tab, leaves
 * nothing but bytes without a job, which are removed at once or swept later.
 * @throws QueueError
 */
export async function importLibrary(
  db: OffcutDatabase,
  file: Blob,
  onProgress: (fraction: number) => void,
): Promise<ImportOutcome> {
  const entries = await readZip(file);
  const { jobs, pictures } = await readManifest(entries);
  const fresh = await unknownJobs(
    db,
    jobs.map(({ id }) => id),
  );
  const wanted = jobs.filter(({ id }) => fresh.has(id));
  const arrivals = wanted.flatMap((job) => job.files.map((each) => locate(each, job, entries)));
  const past = wanted.map(toPastJob);
  const backdrops = pictures.map((each) => ({
    ...each,
    entry: find(picturePath(each.id), each.bytes, entries),
  }));
  await requireRoom([...arrivals, ...backdrops]);
  const written: string[] = [];
  try {
    for (const { path, mediaType, entry } of arrivals) {
      const content = await entry.content();
      await keepBytes(db, path, content.slice(0, content.size, mediaType), Date.now());
      written.push(path);
      onProgress(written.length / (arrivals.length + 1));
    }
    const images = await Promise.all(backdrops.map(takePicture));
    const added = await restoreJobs(db, past, images, Date.now());
    return { added, known: jobs.length - added };
  } catch (cause) {
    await dropBytes(db, written);
    throw cause;
  }
}

async function readManifest(entries: ReadonlyMap<string, ZipEntry>): Promise<Manifest> {
  const entry = entries.get(MANIFEST_NAME);
  if (entry === undefined) throw refused(`it has no "${MANIFEST_NAME}"`);
  if (entry.bytes > LIMITS.manifestBytes) throw refused(`its "${MANIFEST_NAME}" is too large`);
  const parsed = manifestSchema.safeParse(parseJson(await (await entry.content()).text()));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refused(`${issue?.path.join('.') ?? 'its manifest'}: ${issue?.message ?? 'it cannot be read'}`);
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused(`its "${MANIFEST_NAME}" is no JSON`);
  }
}

/** A job's bytes are under its own id only, and the zip has as many of them as the manifest says. */
function locate(file: FileEntry, { id }: JobEntry, entries: ReadonlyMap<string, ZipEntry>): Arrival {
  if (!file.path.startsWith(`${id}/`)) throw refused(`"${file.path}" does not belong to the job ${id}`);
  return { ...file, entry: find(file.path, file.bytes, entries) };
}

function find(path: string, bytes: number, entries: ReadonlyMap<string, ZipEntry>): ZipEntry {
  const entry = entries.get(path);
  if (entry === undefined) throw refused(`"${path}" is missing`);
  if (entry.bytes !== bytes)
    throw refused(`"${path}" has ${String(entry.bytes)} bytes, not ${String(bytes)}`);
  return entry;
}

async function takePicture({
  id,
  mediaType,
  entry,
}: PictureEntry & { entry: ZipEntry }): Promise<PastPicture> {
  const content = await entry.content();
  return { id, image: content.slice(0, content.size, mediaType) };
}

function toPastJob(entry: JobEntry): PastJob {
  const { id, type, model, options, priority, createdAt, startedAt, completedAt, turn, files } = entry;
  const items = entry.items.map((item, at) => toItem(item, entry, at));
  const paths = new Set(files.map(({ path }) => path));
  for (const item of items) requireFile(paths, blobPath(inputKey(item)));
  for (const item of items) if (item.state === 'completed') requireFile(paths, blobPath(resultKey(item)));
  if (options.background === 'image') requireFile(paths, blobPath(backgroundKey(id)));
  const counts = items.reduce(
    (sum, { state }) => moved({ ...sum, pending: sum.pending + 1 }, 'pending', state),
    NO_COUNTS,
  );
  const job: Job = {
    ...{ id, type, model, options, priority, createdAt, startedAt, counts },
    completedAt: counts.pending > 0 ? null : (completedAt ?? createdAt),
    tenant: LOCAL_TENANT,
    idempotency: null,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    webhook: null,
    ...(turn !== undefined && { turn }),
  };
  const edits = entry.edits.map(({ index, updatedAt, edits }) => {
    if (items[index]?.state !== 'completed')
      throw refused(`image ${String(index)} of ${id} has edits and no result`);
    return recordOf({ jobId: id, index }, edits, updatedAt);
  });
  return { job, items, edits };
}

function requireFile(paths: ReadonlySet<string>, path: string): void {
  if (!paths.has(path)) throw refused(`"${path}" is missing from its manifest`);
}

function toItem(entry: ItemEntry, { id: jobId, createdAt }: JobEntry, at: number): Item {
  const { id, index, inputBytes, inputMediaType, attempt, attemptsLeft, state } = entry;
  if (index !== at)
    throw refused(`the image "${entry.filename}" is number ${String(index)}, not ${String(at)}`);
  const filename = displayName(entry.filename, index);
  const base = { id, jobId, index, filename, inputBytes, inputMediaType, attempt, attemptsLeft };
  switch (state) {
    case 'completed':
      if (entry.result === undefined) throw refused(`"${entry.filename}" is done and has no result`);
      return { ...base, state, result: entry.result };
    case 'failed':
      if (entry.failure === undefined) throw refused(`"${entry.filename}" failed and does not say why`);
      return { ...base, state, failure: entry.failure };
    case 'cancelled':
      return { ...base, state };
    case 'pending':
    case 'processing':
      return { ...base, state: 'pending', availableAt: createdAt, lastFailure: null };
  }
}

/** Before anything is written: a browser that fills up in the middle makes everything else on the page fail as well. */
async function requireRoom(arrivals: readonly { bytes: number }[]): Promise<void> {
  const needed = arrivals.reduce((sum, { bytes }) => sum + bytes, 0);
  const { usage = 0, quota = Infinity } = await estimateRoom();
  if (usage + needed <= quota) return;
  const megabytes = (bytes: number) => `${String(Math.ceil(bytes / 1e6))} MB`;
  throw new QueueError(
    'storage_full',
    `This library needs ${megabytes(needed)}, and the browser has room for ${megabytes(Math.max(0, quota - usage))}. Nothing was imported. Delete finished images, or free space on the device, then try again.`,
    { fields: { needed, free: Math.max(0, quota - usage) } },
  );
}

function refused(why: string): QueueError {
  return new QueueError(
    'request_malformed',
    `This file is no library that Offcut can import: ${why}. Nothing was imported.`,
  );
}
