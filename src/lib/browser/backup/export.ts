import { makeZip } from 'client-zip';
import { readEdits } from '#matting/edits/edits.ts';
import { blobPath, type BlobKey } from '#queue/blobs.ts';
import { backgroundKey, inputKey, resultKey } from '#queue/blob-keys.ts';
import type { Item, StoredJob } from '#queue/job.ts';
import { allJobs } from '../all-jobs.ts';
import type { Device } from '../device.ts';
import {
  FORMAT,
  MANIFEST_NAME,
  picturePath,
  VERSION,
  type FileEntry,
  type ItemEntry,
  type JobEntry,
  type Manifest,
} from './format.ts';

interface Kept {
  readonly path: string;
  readonly blob: Blob;
}

/** All jobs of this device as one zip. The bytes of an image are read when the zip gets to it. */
export async function exportLibrary(
  { client, queue, db }: Device,
  now: Date,
): Promise<ReadableStream<Uint8Array>> {
  const entries: JobEntry[] = [];
  const kept: Kept[] = [];
  for await (const stored of allJobs(client)) {
    const files = (await Promise.all(keysOf(stored).map((key) => take(queue, key)))).filter(
      (file) => file !== undefined,
    );
    entries.push({ ...describe(stored, files), edits: await editsOf(db, stored.job.id) });
    kept.push(...files);
  }
  const pictures = await db.editPictures.toArray();
  kept.push(...pictures.map(({ id, image }) => ({ path: picturePath(id), blob: image })));
  const manifest: Manifest = {
    ...{ format: FORMAT, version: VERSION, exportedAt: now.toISOString(), jobs: entries },
    pictures: pictures.map(({ id, image }) => ({ id, mediaType: image.type, bytes: image.size })),
  };
  return makeZip(filesOf(manifest, kept, now));
}

function* filesOf(manifest: Manifest, kept: readonly Kept[], lastModified: Date) {
  yield { name: MANIFEST_NAME, input: JSON.stringify(manifest), lastModified };
  for (const { path, blob } of kept) yield { name: path, input: blob, size: blob.size, lastModified };
}

async function take({ blobs }: Device['queue'], key: BlobKey): Promise<Kept | undefined> {
  const blob = await blobs.get(key);
  return blob && { path: blobPath(key), blob };
}

/** Those that this version can read. */
async function editsOf(db: Device['db'], jobId: string): Promise<JobEntry['edits']> {
  const records = await db.edits.where('jobId').equals(jobId).toArray();
  return records.flatMap(({ index, updatedAt, edits: stored }) => {
    const edits = readEdits(stored);
    return edits === undefined ? [] : [{ index, updatedAt, edits }];
  });
}

function keysOf({ job, items }: StoredJob): BlobKey[] {
  const background = job.options.background === 'image' ? [backgroundKey(job.id)] : [];
  return [
    ...background,
    ...items.flatMap((item) => [inputKey(item), ...(item.state === 'completed' ? [resultKey(item)] : [])]),
  ];
}

function describe({ job, items }: StoredJob, files: readonly Kept[]): Omit<JobEntry, 'edits'> {
  const { id, type, model, options, priority, createdAt, startedAt, completedAt, turn } = job;
  return {
    ...{ id, type, model, options, priority, createdAt, startedAt, completedAt },
    ...(turn !== undefined && { turn }),
    items: items.map(describeItem),
    files: files.map(({ path, blob }): FileEntry => ({ path, mediaType: blob.type, bytes: blob.size })),
  };
}

/** An image under work is one that waits: its lease stays here. */
function describeItem(item: Item): ItemEntry {
  const { id, index, filename, inputBytes, inputMediaType, attempt, attemptsLeft } = item;
  const state = item.state === 'processing' ? 'pending' : item.state;
  return {
    ...{ id, index, filename, inputBytes, inputMediaType, attempt, attemptsLeft, state },
    ...(item.state === 'completed' && { result: { ...item.result, warnings: [...item.result.warnings] } }),
    ...(item.state === 'failed' && { failure: item.failure }),
  };
}
