import { createHash, randomBytes } from 'node:crypto';
import type { BlobKey } from '#queue/blobs.ts';
import { requireSize } from '#queue/bounded.ts';
import type { ClientQueue } from '#queue/client-queue.ts';
import { QueueError } from '#queue/errors.ts';
import type { Queue } from '#queue/queue.ts';
import { toBody } from '#queue/routes/stream.ts';
import type { UploadedFile, UploadedFiles } from '#queue/uploaded.ts';
import type { Config } from '../config.ts';
import type { BodyReader } from '../http/body-reader.ts';
import { FirstLook } from '../http/first-look.ts';
import type { Headroom } from '../limits/headroom.ts';
import type { Checksum } from './checksum.ts';
import { IncomingBytes } from './incoming-bytes.ts';
import { readMetadata } from './metadata.ts';
import type { Piece, Upload, UploadStore, UploadUsage } from './upload-store.ts';

/** So much of an upload a killed server loses at most; and so much is written and synced at a time. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** A client that sends a byte at a time must not make a million files. */
const MOST_PIECES = 2000;

export interface UploadsSettings {
  readonly store: UploadStore;
  readonly queue: Queue;
  readonly config: Pick<
    Config,
    'maxFileBytes' | 'maxPixels' | 'uploadSeconds' | 'uploadIdleSeconds' | 'uploadsKeptSeconds'
  >;
  readonly headroom: Headroom;
  readonly closing: AbortSignal;
}

/**
 * Files that come in piece by piece, and go on after whatever broke them off. All that is known of one is in the store
 * and in the blobs, so that any server of these may take the next piece, and none has to be told.
 */
export class Uploads implements UploadedFiles {
  readonly #settings: UploadsSettings;

  constructor(settings: UploadsSettings) {
    this.#settings = settings;
  }

  /**
   * Begins an upload. With a `key`, the one that the client began with it before, if it is there: so it finds what it
   * left behind, and need not have kept anything.
   * @throws QueueError `file_too_large`, `storage_full`, `upload_request_invalid`, `idempotency_conflict`, and what
   *   refuses the client a job
   */
  async create(
    client: ClientQueue,
    { length, metadata, key }: { length: number; metadata: string; key: string | undefined },
  ): Promise<Upload> {
    const { store, queue, config, headroom } = this.#settings;
    requireSize(length, config.maxFileBytes);
    readMetadata(metadata);
    const id = key === undefined ? queue.newId() : idOfKey(client.tenant, key);
    if (key !== undefined) {
      const begun = await store.find(id);
      if (begun !== undefined && begun.expiresAt >= queue.now())
        return sameAs(begun, { length, metadata, key });
      if (begun !== undefined) await this.remove(begun);
    }
    const [all, own] = await Promise.all([store.usage(), store.usage(client.tenant), headroom.require()]);
    await client.requireRoom({ all: asUsage(all), own: asUsage(own) });
    const upload: Upload = {
      id,
      tenant: client.tenant,
      metadata,
      length,
      received: 0,
      pieces: [],
      expiresAt: this.#end(),
      usedBy: null,
    };
    await store.add(upload);
    // Someone with the same key may have been faster.
    return key === undefined ? upload : sameAs(await this.#current(id), { length, metadata, key });
  }

  /** @throws QueueError `upload_not_found` */
  async find(tenant: string, id: string): Promise<Upload> {
    const found = await this.#settings.store.find(id);
    if (found?.tenant !== tenant || found.expiresAt < this.#settings.queue.now()) throw unknown(id);
    return found;
  }

  /**
   * Takes the bytes that follow those that are there, and keeps what comes, also when the body breaks off. With a
   * checksum it is all or nothing.
   * @returns how the upload stands now
   * @throws QueueError `upload_offset_wrong` when someone else went on with it meanwhile; what ended the body early
   */
  async receive(upload: Upload, body: BodyReader, checksum: Checksum | undefined): Promise<Upload> {
    const { config, headroom, closing } = this.#settings;
    if (upload.usedBy !== null) throw used(upload.id, upload.usedBy);
    await headroom.require();
    const incoming = new IncomingBytes(body, {
      pace: { totalSeconds: config.uploadSeconds, idleSeconds: config.uploadIdleSeconds },
      maxBytes: upload.length - upload.received,
      closing,
      onChunk: checksum && ((chunk) => checksum.see(chunk)),
    });
    try {
      const stands = await (checksum === undefined
        ? this.#keepAsItComes(upload, incoming)
        : this.#keepWhole(upload, incoming, checksum));
      if (incoming.failure !== undefined) throw incoming.failure;
      return stands;
    } finally {
      incoming.end();
    }
  }

  async #keepAsItComes(upload: Upload, incoming: IncomingBytes): Promise<Upload> {
    let stands = upload;
    while (await incoming.hasMore()) {
      requireFewPieces(stands.pieces.length);
      stands = await this.#append(stands, [await this.#put(upload.id, incoming)]);
    }
    return stands;
  }

  async #keepWhole(upload: Upload, incoming: IncomingBytes, checksum: Checksum): Promise<Upload> {
    const pieces: Piece[] = [];
    try {
      while (await incoming.hasMore()) {
        requireFewPieces(upload.pieces.length + pieces.length);
        pieces.push(await this.#put(upload.id, incoming));
      }
      if (incoming.failure !== undefined) throw incoming.failure;
      checksum.judge();
    } catch (cause) {
      await this.#drop(upload.id, pieces);
      throw cause;
    }
    return pieces.length === 0 ? upload : this.#append(upload, pieces);
  }

  async #put(id: string, incoming: IncomingBytes): Promise<Piece> {
    // Unlike any other, also of someone who goes on with the same upload at the same time: none writes over another.
    const name = randomBytes(9).toString('base64url');
    const { bytes } = await this.#settings.queue.blobs.put(
      pieceKey(id, name),
      toBody(incoming.take(PIECE_BYTES)),
      { mediaType: 'application/octet-stream' },
    );
    return { name, bytes };
  }

  async #append(upload: Upload, pieces: readonly Piece[]): Promise<Upload> {
    const { store } = this.#settings;
    if (await store.append(upload, pieces, this.#end())) return this.#current(upload.id);
    await this.#drop(upload.id, pieces);
    throw offsetWrong((await this.#current(upload.id)).received, upload.received);
  }

  async #current(id: string): Promise<Upload> {
    return (await this.#settings.store.find(id)) ?? notFound(id);
  }

  async #drop(id: string, pieces: readonly Piece[]): Promise<void> {
    for (const { name } of pieces) await this.#settings.queue.blobs.remove(pieceKey(id, name));
  }

  async remove({ id }: Upload): Promise<void> {
    const { store, queue } = this.#settings;
    await store.remove(id);
    await queue.blobs.removeJob(id);
  }

  async finished(tenant: string, id: string): Promise<UploadedFile> {
    const upload = await this.find(tenant, id);
    const { filename, mediaType } = readMetadata(upload.metadata);
    if (upload.received < upload.length) throw unfinished(upload);
    return {
      filename,
      mediaType,
      bytes: upload.length,
      usedBy: upload.usedBy,
      read: () => toBody(this.#bytesOf(upload, filename)),
    };
  }

  async *#bytesOf({ id, pieces }: Upload, filename: string): AsyncGenerator<Uint8Array, void, undefined> {
    const look = new FirstLook(this.#settings.config.maxPixels, filename);
    for (const { name, bytes } of pieces) {
      const blob = await this.#settings.queue.blobs.get(pieceKey(id, name));
      if (blob?.size !== bytes) throw unknown(id);
      for await (const chunk of blob.stream()) {
        look.see(chunk);
        yield chunk;
      }
    }
    look.judge();
  }

  async used(ids: readonly string[], jobId: string): Promise<void> {
    const { store, queue } = this.#settings;
    await store.use(ids, jobId);
    for (const id of ids) await queue.blobs.removeJob(id);
  }

  /** Removes what expired. Answers how many that were. */
  async sweep(): Promise<number> {
    const { store, queue } = this.#settings;
    let removed = 0;
    for (;;) {
      const ids = await store.expired(queue.now(), 100);
      if (ids.length === 0) return removed;
      for (const id of ids) {
        await store.remove(id);
        await queue.blobs.removeJob(id);
      }
      removed += ids.length;
    }
  }

  #end(): number {
    return this.#settings.queue.now() + this.#settings.config.uploadsKeptSeconds * 1000;
  }
}

/** The same for the same key of the same client, and no other client's: a UUID of version 8, made of a hash. */
function idOfKey(tenant: string, key: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([tenant, key]))
    .digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

function sameAs(
  begun: Upload,
  { length, metadata, key }: { length: number; metadata: string; key: string },
): Upload {
  if (begun.length === length && begun.metadata === metadata) return begun;
  throw new QueueError(
    'idempotency_conflict',
    `The Idempotency-Key "${key}" was used before, for an upload of another length or name. Send a new key with a new upload.`,
    { fields: { upload_id: begun.id } },
  );
}

function pieceKey(jobId: string, name: string): BlobKey {
  return { jobId, kind: 'piece', name };
}

/** As much as images that wait: each upload is to be one. */
function asUsage({ uploads, bytes }: UploadUsage) {
  return { jobs: 0, waiting: uploads, bytes };
}

function requireFewPieces(pieces: number): void {
  if (pieces < MOST_PIECES) return;
  throw new QueueError(
    'upload_too_fragmented',
    `The upload came in ${String(pieces)} pieces already, and may come in no more. Begin a new one, and send at least a megabyte at a time.`,
    { fields: { pieces } },
  );
}

function unknown(id: string): QueueError {
  return new QueueError(
    'upload_not_found',
    `There is no upload ${id}: the id is wrong, or the upload expired or was taken back. Begin a new one.`,
    { fields: { upload_id: id } },
  );
}

function notFound(id: string): never {
  throw unknown(id);
}

export function offsetWrong(stands: number, given: number): QueueError {
  return new QueueError(
    'upload_offset_wrong',
    `The upload has ${String(stands)} bytes, and these would go on from byte ${String(given)}. Go on from ${String(stands)}.`,
    { fields: { offset: stands } },
  );
}

function unfinished({ id, received, length }: Upload): QueueError {
  return new QueueError(
    'upload_unfinished',
    `Of upload ${id} ${String(received)} of ${String(length)} bytes have come. Send the rest first.`,
    { fields: { upload_id: id, offset: received, length } },
  );
}

function used(id: string, jobId: string): QueueError {
  return new QueueError('upload_used', `Upload ${id} is in job ${jobId} already.`, {
    fields: { upload_id: id, job_id: jobId },
  });
}
