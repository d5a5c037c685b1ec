import { statfs } from 'node:fs/promises';
import { QueueError } from '#queue/errors.ts';
import type { Config } from '../config.ts';

/**
 * Keeps what is accepted from filling the disk: work in hand still needs room for its results, and the store for
 * its rows.
 */
export class Headroom {
  readonly #folders: readonly string[];
  readonly #minFreeBytes: number;

  /** @param folders existing ones, on the disks that are written to */
  constructor(folders: readonly string[], minFreeBytes: number) {
    this.#folders = [...new Set(folders)];
    this.#minFreeBytes = minFreeBytes;
  }

  /** @throws QueueError `storage_full` when less is free than must stay free */
  async require(): Promise<void> {
    if (this.#minFreeBytes === 0) return;
    for (const folder of this.#folders) {
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < this.#minFreeBytes) throw tooLittle(bavail * bsize, this.#minFreeBytes);
    }
  }
}

/** On the disks of jobs and of images; parts of uploads to a bucket wait on the former. */
export function headroomOf({ dataFolder, blobs, minFreeBytes }: Config): Headroom {
  return new Headroom(blobs.kind === 'disk' ? [dataFolder, blobs.folder] : [dataFolder], minFreeBytes);
}

function tooLittle(freeBytes: number, minFreeBytes: number): QueueError {
  const megabytes = (bytes: number) => String(Math.floor(bytes / 1024 / 1024));
  return new QueueError(
    'storage_full',
    `The disk of the server is nearly full: ${megabytes(freeBytes)} MB are free, and ${megabytes(minFreeBytes)} MB are kept for work in hand, so nothing was stored. Free some space on the server, then try again.`,
    { retryAfterSeconds: 300 },
  );
}
