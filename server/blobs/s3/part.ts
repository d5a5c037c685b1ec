import { createHash, randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';

/**
 * S3 takes no part below 5 MiB but the last one. Parts of slow clients wait on disk, not in memory: a hundred at a
 * time would hold half a gigabyte.
 */
export const PART_BYTES = 8 * 1024 * 1024;

/** A run of bytes in a file that has no name any more: it goes when it is closed, or with its process. */
export class Part {
  bytes = 0;
  readonly #file: FileHandle;
  readonly #hash = createHash('md5');
  #md5: string | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(folder: string): Promise<Part> {
    const name = path.join(folder, `${randomUUID()}.part`);
    const file = await open(name, 'wx+', 0o600);
    await rm(name);
    return new Part(file);
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    await this.#file.appendFile(bytes);
    this.bytes += bytes.byteLength;
  }

  /** Base64. The storage compares it with what has come in, so that nothing damaged on the way is kept. */
  get md5(): string {
    this.#md5 ??= this.#hash.digest('base64');
    return this.#md5;
  }

  /** From its start, each time. */
  read(): Readable {
    return this.#file.createReadStream({ start: 0, autoClose: false });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Cuts a stream into parts of `PART_BYTES` and a last, shorter one. Whoever takes a part closes it. */
export async function* partsOf(
  chunks: AsyncIterable<Uint8Array>,
  folder: string,
): AsyncGenerator<Part, void, undefined> {
  let part: Part | undefined;
  try {
    for await (const chunk of chunks) {
      for (let rest = chunk; rest.byteLength > 0;) {
        part ??= await Part.open(folder);
        const taken = rest.subarray(0, PART_BYTES - part.bytes);
        await part.append(taken);
        rest = rest.subarray(taken.byteLength);
        if (part.bytes < PART_BYTES) continue;
        const full = part;
        part = undefined;
        yield full;
      }
    }
    if (part !== undefined) {
      const last = part;
      part = undefined;
      yield last;
    }
  } finally {
    await part?.close();
  }
}
