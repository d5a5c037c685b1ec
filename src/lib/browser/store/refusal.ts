import { QueueError } from '#queue/errors.ts';

/** What IndexedDB raises, as the refusal that a person can understand when there is no room; else as it is. */
export function asRefusal(cause: unknown): unknown {
  if (!isQuota(cause)) return cause;
  return new QueueError(
    'storage_full',
    'The browser has no room left for this image, so it was not stored. Delete finished images here, or free space on the device, then try again.',
    { cause },
  );
}

/** Dexie names what aborted a transaction in `inner`. */
function isQuota(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  return cause.name === 'QuotaExceededError' || ('inner' in cause && isQuota(cause.inner));
}
