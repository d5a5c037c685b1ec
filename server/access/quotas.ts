import { QueueError } from '#queue/errors.ts';
import type { Admit } from '#queue/store.ts';
import type { KeyLimits } from './key-store.ts';

const RETRY_WAITING_SECONDS = 10;
/** Jobs go when they are deleted, or are past their retention. */
const RETRY_KEPT_SECONDS = 300;

/**
 * What one key may have in the queue. As with the limits of the whole queue, it is full once a limit is reached, so
 * that it may hold one request more than that.
 * @throws (the answer does) QueueError `key_quota_reached`
 */
export function admitWithinQuota({ maxJobs, maxWaiting, maxBytes }: KeyLimits): Admit {
  return (_all, { jobs, waiting, bytes }) => {
    refuseAt(maxWaiting, waiting, 'images that wait', 'Try again when some are done.', RETRY_WAITING_SECONDS);
    refuseAt(maxJobs, jobs, 'jobs', 'Delete some that are done with.', RETRY_KEPT_SECONDS);
    refuseAt(maxBytes, bytes, 'bytes of images', 'Delete jobs that are done with.', RETRY_KEPT_SECONDS);
  };
}

function refuseAt(
  limit: number | null,
  has: number,
  what: string,
  remedy: string,
  retryAfterSeconds: number,
): void {
  if (limit === null || has < limit) return;
  throw new QueueError(
    'key_quota_reached',
    `This key has ${String(has)} ${what}, and may have ${String(limit)}. ${remedy}`,
    { fields: { has, quota: limit }, retryAfterSeconds },
  );
}
