import { mkdir } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3';
import { blobPath, type BlobKey, type BlobStore } from '#queue/blobs.ts';
import { boundedChunks } from '#queue/bounded.ts';
import { LazyBlob } from '../lazy-blob.ts';
import { BucketError, type S3Address } from './address.ts';
import { asRefusal, ATTEMPTS, beforeRetry, isNotFound, statusOf } from './faults.ts';
import { unfinishedUploads } from './unfinished.ts';
import { upload } from './upload.ts';

/** How long a connection may take, and be silent. A download that its reader lets wait for longer goes on with a new one. */
const CONNECT_MS = 5_000;
const SILENT_MS = 60_000;
/** A slow reader of a result holds a connection: there must be some left for everyone else. */
const MOST_CONNECTIONS = 512;

const ignore = (): void => undefined;
const SILENT = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Opens a bucket that keeps the bytes of images as objects `<prefix><job id>/<index>.input` and
 * `….result-<attempt>`. Credentials come from the SDK's usual chain. Any number of machines may use it at once.
 * @param folder where parts of uploads wait until they are sent
 * @throws BucketError
 */
export async function openS3Blobs(address: S3Address, folder: string): Promise<BlobStore> {
  await mkdir(folder, { recursive: true });
  const client = new S3Client({
    ...(address.region !== undefined && { region: address.region }),
    ...(address.endpoint !== undefined && { endpoint: address.endpoint }),
    forcePathStyle: address.pathStyle,
    maxAttempts: ATTEMPTS,
    // It would write to the console, between the lines of our log; what goes wrong reaches us as an error.
    logger: SILENT,
    // Content-MD5 guards what we send; the SDK's newer checksums are unknown to many servers that are not Amazon's.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      httpAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS },
    },
  });
  try {
    await client.send(new HeadBucketCommand({ Bucket: address.bucket }));
  } catch (cause) {
    throw unusable(address, cause);
  }
  return new S3Blobs(client, address, folder);
}

class S3Blobs implements BlobStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #folder: string;

  constructor(client: S3Client, { bucket, prefix }: S3Address, folder: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#folder = folder;
  }

  async put(
    key: BlobKey,
    body: Blob | ReadableStream<Uint8Array>,
    options: { mediaType: string; maxBytes?: number; signal?: AbortSignal },
  ): Promise<{ bytes: number }> {
    const target = {
      client: this.#client,
      bucket: this.#bucket,
      key: this.#keyOf(key),
      mediaType: options.mediaType,
      folder: this.#folder,
    };
    try {
      return { bytes: await upload(target, boundedChunks(body, options)) };
    } catch (cause) {
      throw asRefusal(cause);
    }
  }

  async get(key: BlobKey): Promise<Blob | undefined> {
    const which = { Bucket: this.#bucket, Key: this.#keyOf(key) };
    try {
      const { ContentLength = 0, ETag } = await this.#client.send(new HeadObjectCommand(which));
      return new LazyBlob(ContentLength, (start, end) => this.#read({ ...which, IfMatch: ETag }, start, end));
    } catch (cause) {
      if (isNotFound(cause)) return undefined;
      throw asRefusal(cause);
    }
  }

  /** A connection that breaks off on the way is followed by another, which goes on where it stopped. */
  async *#read(
    which: { Bucket: string; Key: string; IfMatch: string | undefined },
    start: number,
    end: number,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let at = start;
    for (let attempt = 1; at < end; attempt += 1) {
      try {
        const range = `bytes=${String(at)}-${String(end - 1)}`;
        const { Body } = await this.#client.send(new GetObjectCommand({ ...which, Range: range }));
        for await (const chunk of Body as AsyncIterable<Uint8Array>) {
          at += chunk.byteLength;
          attempt = 0;
          yield chunk;
        }
        if (at < end) throw new Error(`${which.Key} ends after ${String(at)} bytes, before ${String(end)}.`);
      } catch (cause) {
        await beforeRetry(cause, attempt);
      }
    }
  }

  async remove(key: BlobKey): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#keyOf(key) }));
  }

  async removeJob(jobId: string): Promise<void> {
    const prefix = this.#prefixOf(jobId);
    const where = { Bucket: this.#bucket, Prefix: prefix };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, where)) {
      await this.#delete(Contents.map(({ Key }) => ({ Key })));
    }
    for await (const { key, uploadId } of unfinishedUploads(this.#client, this.#bucket, prefix)) {
      const which = { Bucket: this.#bucket, Key: key, UploadId: uploadId };
      await this.#client.send(new AbortMultipartUploadCommand(which));
    }
  }

  /** At most a thousand, which is a page of a listing. */
  async #delete(objects: ObjectIdentifier[]): Promise<void> {
    if (objects.length === 0) return;
    const { Errors = [] } = await this.#client.send(
      new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects: objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first === undefined) return;
    throw new Error(
      `${String(Errors.length)} objects of bucket ${this.#bucket} could not be deleted, such as "${first.Key ?? ''}": ${first.Message ?? first.Code ?? 'no reason given'}.`,
    );
  }

  async *jobsWrittenBefore(before: number): AsyncIterable<string> {
    yield* this.#jobsOfObjects(before);
    for await (const { key, initiatedAt } of unfinishedUploads(this.#client, this.#bucket, this.#prefix)) {
      const jobId = this.#jobOf(key);
      // One that has objects as well was judged by those.
      if (jobId !== undefined && initiatedAt < before && !(await this.#hasObjects(jobId))) yield jobId;
    }
  }

  /** A listing is in the order of the keys, so that a job's objects come one after another. */
  async *#jobsOfObjects(before: number): AsyncIterable<string> {
    let current: string | undefined;
    let newest = 0;
    const where = { Bucket: this.#bucket, Prefix: this.#prefix };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, where)) {
      for (const { Key = '', LastModified } of Contents) {
        const jobId = this.#jobOf(Key);
        if (jobId === undefined) continue;
        if (jobId !== current) {
          if (current !== undefined && newest < before) yield current;
          current = jobId;
          newest = 0;
        }
        newest = Math.max(newest, LastModified?.getTime() ?? Date.now());
      }
    }
    if (current !== undefined && newest < before) yield current;
  }

  async #hasObjects(jobId: string): Promise<boolean> {
    const { KeyCount = 0 } = await this.#client.send(
      new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefixOf(jobId), MaxKeys: 1 }),
    );
    return KeyCount > 0;
  }

  /** `undefined` for what someone else put into the bucket. */
  #jobOf(key: string): string | undefined {
    return /^([\w-]{2,128})\/[^/]+$/.exec(key.slice(this.#prefix.length))?.[1];
  }

  #keyOf(key: BlobKey): string {
    return `${this.#prefixOf(key.jobId)}${blobPath(key).slice(key.jobId.length + 1)}`;
  }

  #prefixOf(jobId: string): string {
    // An empty id would name everything there is.
    if (!/^[\w-]{2,128}$/.test(jobId)) throw new RangeError(`"${jobId}" is not the id of a job.`);
    return `${this.#prefix}${jobId}/`;
  }
}

function unusable({ bucket, region, endpoint }: S3Address, cause: unknown): BucketError {
  const where = `The bucket "${bucket}"${endpoint === undefined ? '' : ` at ${endpoint}`}`;
  const status = statusOf(cause);
  const detail = cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
  const remedies: Partial<Record<number, string>> = {
    301: `is not in the region ${region ?? 'of AWS_REGION'}. Set region= in BLOBS.`,
    403: 'may not be used with these credentials. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do: list, read, write and delete.',
    404: 'does not exist. Create it, or correct BLOBS.',
  };
  const remedy =
    remedies[status ?? 0] ?? `cannot be reached: ${detail}. Check BLOBS, and the network between.`;
  return new BucketError(`${where} ${remedy}`, { cause });
}
