import { blobPath, type BlobKey, type BlobStore } from '#queue/blobs.ts';
import { boundedChunks } from '#queue/bounded.ts';
import { QueueError } from '#queue/errors.ts';
import { openAsBlob } from 'node:fs';
import { mkdir, opendir, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isCode, removeIfEmpty, writeDurably } from './durable-file.ts';

/**
 * Opens a folder (made when missing) that keeps the bytes of images as plain files:
 * `<last two characters of the job id>/<job id>/<index>.input`, and `….result-<attempt>`. Any number of processes may
 * use it at once.
 */
export async function openDiskBlobs(folder: string): Promise<BlobStore> {
  const root = path.resolve(folder);
  await mkdir(root, { recursive: true });
  return new DiskBlobs(root);
}

class DiskBlobs implements BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(
    key: BlobKey,
    body: Blob | ReadableStream<Uint8Array>,
    { maxBytes, signal }: { mediaType: string; maxBytes?: number; signal?: AbortSignal },
  ): Promise<{ bytes: number }> {
    let bytes = 0;
    try {
      await writeDurably(this.#fileOf(key), async (handle) => {
        for await (const chunk of boundedChunks(body, { maxBytes, signal })) {
          await writeAll(handle, chunk);
          bytes += chunk.byteLength;
        }
      });
    } catch (cause) {
      throw asRefusal(cause);
    }
    return { bytes };
  }

  async get(key: BlobKey): Promise<Blob | undefined> {
    try {
      return await openAsBlob(this.#fileOf(key));
    } catch (cause) {
      if (isCode(cause, 'ENOENT')) return undefined;
      throw cause;
    }
  }

  async remove(key: BlobKey): Promise<void> {
    await rm(this.#fileOf(key), { force: true });
    await removeIfEmpty(this.#folderOf(key.jobId));
  }

  async removeJob(jobId: string): Promise<void> {
    await rm(this.#folderOf(jobId), { recursive: true, force: true, maxRetries: 3 });
  }

  async *jobsWrittenBefore(before: number): AsyncIterable<string> {
    for await (const shard of entriesOf(this.#root)) {
      for await (const job of entriesOf(path.join(this.#root, shard))) {
        if ((await newestWrite(path.join(this.#root, shard, job))) < before) yield job;
      }
    }
  }

  #fileOf(key: BlobKey): string {
    return path.join(this.#folderOf(key.jobId), path.basename(blobPath(key)));
  }

  /** The start of an id is its time, the same for all jobs of some weeks: its end spreads them over folders. */
  #folderOf(jobId: string): string {
    // Ids are made by us, but a path that leads out of the folder must not exist, whatever went wrong before.
    if (!/^[\w-]{2,128}$/.test(jobId)) throw new RangeError(`"${jobId}" is not the id of a job.`);
    return path.join(this.#root, jobId.slice(-2), jobId);
  }
}

/** As `appendFile`, which makes more garbage of its own than there are bytes in a small image. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength;) at += (await file.write(chunk, at)).bytesWritten;
}

/** Names in a folder, read bit by bit; a folder that went away has none. */
async function* entriesOf(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) yield entry.name;
  } catch (cause) {
    if (!isCode(cause, 'ENOENT') && !isCode(cause, 'ENOTDIR')) throw cause;
  }
}

/** Of a job's folder and what is in it, in milliseconds since the epoch. */
async function newestWrite(folder: string): Promise<number> {
  let newest = await writtenAt(folder);
  for await (const name of entriesOf(folder)) {
    newest = Math.max(newest, await writtenAt(path.join(folder, name)));
  }
  return newest;
}

async function writtenAt(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return 0;
    throw cause;
  }
}

function asRefusal(cause: unknown): unknown {
  if (!isCode(cause, 'ENOSPC') && !isCode(cause, 'EDQUOT')) return cause;
  return new QueueError(
    'storage_full',
    'The disk that keeps the images is full, so nothing was stored. Free some space on the server, then try again.',
    { cause },
  );
}
