import { QueueError } from '#queue/errors.ts';
import type { Admit, QueueStore, Usage } from '#queue/store.ts';
import type { Config } from '../config.ts';
import type { Headroom } from './headroom.ts';

/** An image takes a second or so: by then there is room for some. */
const RETRY_SECONDS = 10;
/** Bytes go when jobs are deleted, or are past their retention. */
const RETRY_STORED_SECONDS = 300;

/** What the queue holds at most, of all clients together. */
export type QueueLimits = Pick<Config, 'maxWaiting' | 'maxStoredBytes'>;

/**
 * Looks, inside the transaction that adds a job, whether the queue has room. It is full once a limit is reached, so
 * that it may hold one request more than that.
 * @throws (the answer does) QueueError `queue_full`, `storage_quota_reached`
 */
export function admitWithin({ maxWaiting, maxStoredBytes }: QueueLimits): Admit {
  return ({ waiting, bytes }: Usage) => {
    if (waiting >= maxWaiting) {
      throw new QueueError(
        'queue_full',
        `${String(waiting)} images wait already, and the queue takes ${String(maxWaiting)}. Try again when some are done.`,
        { fields: { waiting, max_waiting: maxWaiting }, retryAfterSeconds: RETRY_SECONDS },
      );
    }
    if (bytes >= maxStoredBytes) {
      throw new QueueError(
        'storage_quota_reached',
        `${gigabytes(bytes)} of images are kept, and the server keeps up to ${gigabytes(maxStoredBytes)}. Delete jobs that are done with, or try again later.`,
        { fields: { bytes, max_bytes: maxStoredBytes }, retryAfterSeconds: RETRY_STORED_SECONDS },
      );
    }
  };
}

/**
 * The same before any byte of a body is read, so that a full server costs nobody an upload: cheap, and not the last
 * word, which the transaction has.
 * @throws (the answer does) QueueError as `admit` does, and `storage_full`
 */
export function admitEarly(store: QueueStore, admit: Admit, headroom: Headroom): () => Promise<void> {
  return async () => {
    const [usage] = await Promise.all([store.usage(), headroom.require()]);
    admit(usage, usage);
  };
}

function gigabytes(bytes: number): string {
  const megabytes = bytes / 1024 ** 2;
  return megabytes < 1024 ? `${megabytes.toFixed(1)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}
