import type { Item, Job } from './job.ts';

/**
 * The order in which items are leased, as one sortable key: highest priority first, then oldest job, then lowest
 * index. Stores index it, so that the next item is the first entry of that index.
 */
export function leaseOrder(job: Pick<Job, 'id' | 'priority' | 'createdAt'>, index: number): string {
  const rank = String(9 - job.priority);
  return `${rank}.${padded(job.createdAt, 15)}.${job.id}.${padded(index, 6)}`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/**
 * True when a waiting item may be leased at `now`. Stores keep this in an index of its own and turn it on as time
 * passes, so that items in backoff are not looked at over and over. It is not turned off when a clock goes back.
 */
export function isReady(item: Item, now: number): boolean {
  return item.state === 'pending' && item.availableAt <= now;
}
