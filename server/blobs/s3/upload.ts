import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import { withRetries } from './faults.ts';
import { PART_BYTES, partsOf, type Part } from './part.ts';

export interface UploadTarget {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly mediaType: string;
  /** Where parts wait until they are sent. */
  readonly folder: string;
}

/**
 * Sends a stream of unknown length. What fits one part is one request; more goes as a multipart upload, a part on its
 * way while the next one comes in. Either way the object appears whole or not at all.
 * @returns its bytes
 * @throws what `chunks` and the SDK throw, after the upload was given up
 */
export async function upload(target: UploadTarget, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const parts = partsOf(chunks, target.folder);
  const { value: first } = await parts.next();
  if (first === undefined) return putWhole(target, undefined);
  if (first.bytes < PART_BYTES) return putWhole(target, first);
  return putInParts(target, first, parts);
}

async function putWhole({ client, bucket, key, mediaType }: UploadTarget, part: Part | undefined) {
  const about = { Bucket: bucket, Key: key, ContentType: mediaType };
  try {
    await withRetries(() =>
      client.send(
        new PutObjectCommand(
          part === undefined ? { ...about, Body: '', ContentLength: 0 } : { ...about, ...contentOf(part) },
        ),
      ),
    );
    return part?.bytes ?? 0;
  } finally {
    await part?.close();
  }
}

function contentOf(part: Part) {
  return { Body: part.read(), ContentLength: part.bytes, ContentMD5: part.md5 };
}

async function putInParts(target: UploadTarget, first: Part, rest: AsyncGenerator<Part, void, undefined>) {
  const multipart = await Multipart.begin(target).catch(async (cause: unknown) => {
    await first.close();
    await rest.return();
    throw cause;
  });
  try {
    await multipart.send(first);
    for await (const part of rest) await multipart.send(part);
    return await multipart.complete();
  } catch (cause) {
    await multipart.abort();
    throw cause;
  }
}

class Multipart {
  readonly #target: UploadTarget;
  readonly #uploadId: string | undefined;
  readonly #parts: CompletedPart[] = [];
  #bytes = 0;
  /** The part that is on its way. */
  #sending: Promise<void> = Promise.resolve();

  private constructor(target: UploadTarget, uploadId: string | undefined) {
    this.#target = target;
    this.#uploadId = uploadId;
  }

  static async begin(target: UploadTarget): Promise<Multipart> {
    const { client, bucket, key, mediaType } = target;
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ContentType: mediaType }),
    );
    return new Multipart(target, UploadId);
  }

  /** Begins to send a part once the one before it is through, and closes it in any case. */
  async send(part: Part): Promise<void> {
    try {
      await this.#sending;
    } catch (cause) {
      await part.close();
      throw cause;
    }
    const number = this.#parts.length + 1;
    this.#parts.push({ PartNumber: number });
    this.#bytes += part.bytes;
    this.#sending = this.#transfer(part, number);
    // Whoever waits for it next hears of its failure.
    this.#sending.catch(() => undefined);
  }

  async #transfer(part: Part, number: number): Promise<void> {
    const { client } = this.#target;
    try {
      const { ETag } = await withRetries(() =>
        client.send(new UploadPartCommand({ ...this.#which(), PartNumber: number, ...contentOf(part) })),
      );
      this.#parts[number - 1] = { PartNumber: number, ETag };
    } finally {
      await part.close();
    }
  }

  async complete(): Promise<number> {
    await this.#sending;
    await this.#target.client.send(
      new CompleteMultipartUploadCommand({ ...this.#which(), MultipartUpload: { Parts: this.#parts } }),
    );
    return this.#bytes;
  }

  /** When that fails as well, the sweep of what belongs to no job takes the parts (`jobsWrittenBefore`). */
  async abort(): Promise<void> {
    // A part that arrives after the abort would stay.
    await this.#sending.catch(() => undefined);
    await this.#target.client.send(new AbortMultipartUploadCommand(this.#which())).catch(() => undefined);
  }

  #which() {
    return { Bucket: this.#target.bucket, Key: this.#target.key, UploadId: this.#uploadId };
  }
}
