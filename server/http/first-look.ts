import { QueueError } from '#queue/errors.ts';
import { MattingError } from '#matting/errors.ts';
import { RASTER_FORMATS, sniff } from '#matting/sniff.ts';

/** Of most files this holds the size; what states it further in is refused by the runner. */
const HEAD_BYTES = 64 * 1024;

/**
 * Looks at the header of a file while it passes by, so that a decompression bomb is refused before it is stored.
 * Whatever else is wrong with an image, the runner says, and of that image alone.
 */
export class FirstLook {
  readonly #maxPixels: number;
  readonly #filename: string;
  #head: Uint8Array[] | undefined = [];
  #bytes = 0;

  constructor(maxPixels: number, filename: string) {
    this.#maxPixels = maxPixels;
    this.#filename = filename;
  }

  /** @throws QueueError `image_too_large` */
  see(chunk: Uint8Array): void {
    if (this.#head === undefined) return;
    // A copy: what passes by is not ours to keep.
    this.#head.push(Buffer.from(chunk));
    this.#bytes += chunk.byteLength;
    if (this.#bytes >= HEAD_BYTES) this.judge();
  }

  /** At the end of a file that is shorter. @throws QueueError `image_too_large` */
  judge(): void {
    if (this.#head === undefined) return;
    // Not more, whatever the chunks were: the same file has the same answer every time.
    const head = Buffer.concat(this.#head).subarray(0, HEAD_BYTES);
    this.#head = undefined;
    try {
      sniff(head, { maxPixels: this.#maxPixels, decodable: RASTER_FORMATS });
    } catch (cause) {
      if (!(cause instanceof MattingError) || cause.code !== 'image_too_large') return;
      throw new QueueError('image_too_large', `"${this.#filename}" was refused. ${cause.message}`, {
        cause,
        fields: { filename: this.#filename, max_pixels: this.#maxPixels },
      });
    }
  }
}
