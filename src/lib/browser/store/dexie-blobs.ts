import Dexie from 'dexie';
import { blobPath, type BlobKey, type BlobStore } from '#queue/blobs.ts';
import { boundedChunks, requireSize } from '#queue/bounded.ts';
import type { OffcutDatabase } from './database.ts';
import { GroupCommit } from './group-commit.ts';
import { asRefusal } from './refusal.ts';

/** Bytes that are to be kept: as they are when they are a blob already, else read to the end. */
async function wholeBlob(
  body: Blob | ReadableStream<Uint8Array>,
  { mediaType, maxBytes = Infinity, signal }: { mediaType: string; maxBytes?: number; signal?: AbortSignal },
): Promise<Blob> {
  signal?.throwIfAborted();
  if (body instanceof Blob) {
    requireSize(body.size, maxBytes);
    return body.slice(0, body.size, mediaType);
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of boundedChunks(body, { maxBytes, signal })) chunks.push(chunk);
  return new Blob(chunks, { type: mediaType });
}

/** The bytes of images as blobs in IndexedDB, which keeps them on disk and hands them out unread. */
export class DexieBlobs implements BlobStore {
  readonly #db: OffcutDatabase;
  readonly #now: () => number;
  readonly #puts: GroupCommit;

  constructor(db: OffcutDatabase, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
    this.#puts = new GroupCommit((work) => db.transaction('rw', db.blobs, work));
  }

  async put(
    key: BlobKey,
    body: Blob | ReadableStream<Uint8Array>,
    options: { mediaType: string; maxBytes?: number; signal?: AbortSignal },
  ): Promise<{ bytes: number }> {
    try {
      const blob = await wholeBlob(body, options);
      options.signal?.throwIfAborted();
      const record = { path: blobPath(key), jobId: key.jobId, writtenAt: this.#now(), blob };
      await this.#puts.write(() => this.#db.blobs.put(record));
      return { bytes: blob.size };
    } catch (cause) {
      throw asRefusal(cause);
    }
  }

  async get(key: BlobKey): Promise<Blob | undefined> {
    return (await this.#db.blobs.get(blobPath(key)))?.blob;
  }

  async remove(key: BlobKey): Promise<void> {
    await this.#db.blobs.delete(blobPath(key));
  }

  async removeJob(jobId: string): Promise<void> {
    await this.#writesOf(jobId).delete();
  }

  async *jobsWrittenBefore(before: number): AsyncIterable<string> {
    for (let jobId = await this.#jobAfter(''); jobId !== undefined; jobId = await this.#jobAfter(jobId)) {
      const newer = this.#db.blobs.where('[jobId+writtenAt]').between([jobId, before], [jobId, Dexie.maxKey]);
      if ((await newer.count()) === 0) yield jobId;
    }
  }

  #writesOf(jobId: string) {
    return this.#db.blobs.where('[jobId+writtenAt]').between([jobId, Dexie.minKey], [jobId, Dexie.maxKey]);
  }

  /** Steps through the jobs by the index's keys alone; the blobs stay where they are. */
  async #jobAfter(jobId: string): Promise<string | undefined> {
    const keys = await this.#db.blobs.where('[jobId+writtenAt]').above([jobId, Dexie.maxKey]).limit(1).keys();
    const key: unknown = keys[0];
    return Array.isArray(key) && typeof key[0] === 'string' ? key[0] : undefined;
  }
}
