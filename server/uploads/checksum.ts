import { createHash, type Hash } from 'node:crypto';
import { QueueError } from '#queue/errors.ts';

/** What `Upload-Checksum` may name. tus wants the first. */
export const ALGORITHMS = ['sha1', 'sha256'] as const;

/** The checksum that a client announced, and that of what comes. */
export class Checksum {
  readonly #hash: Hash;
  readonly #announced: string;

  /** @throws QueueError `upload_request_invalid` */
  constructor(header: string) {
    const [, algorithm, announced] = /^(\w+) ([A-Za-z\d+/]+={0,2})$/.exec(header.trim()) ?? [];
    const known = ALGORITHMS.find((name) => name === algorithm);
    if (known === undefined || announced === undefined) {
      throw new QueueError(
        'upload_request_invalid',
        `The header Upload-Checksum is "${header}". Send one of ${ALGORITHMS.join(', ')} with the checksum in base64 behind it.`,
      );
    }
    this.#hash = createHash(known);
    this.#announced = announced;
  }

  see(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  /** At the end. @throws QueueError `upload_checksum_wrong` */
  judge(): void {
    const found = this.#hash.digest('base64');
    if (found === this.#announced) return;
    throw new QueueError(
      'upload_checksum_wrong',
      `The bytes that came have the checksum ${found}, and ${this.#announced} was announced: they were damaged on the way. Send them again.`,
    );
  }
}
