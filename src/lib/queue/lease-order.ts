import type { Item, Job } from './job.ts';

/**
 * The order in which items are leased, as one sortable key: by their jobs' turns, then lowest index. Stores index it,
 * so that the next item is the first entry of that index.
 */
export function leaseOrder(job: InLine, index: number): string {
  return `${turnOf(job)}.${padded(index, 6)}`;
}

type InLine = Pick<Job, 'id' | 'priority' | 'createdAt' | 'turn'>;

/** When a job's turn is, as a sortable key: highest priority first, then oldest, unless it took another job's turn. */
export function turnOf({ id, priority, createdAt, turn }: InLine): string {
  return turn ?? `${String(9 - priority)}.${padded(createdAt, 15)}.${id}`;
}

/** When the job whose turn this is by nature was submitted; milliseconds since the epoch. */
export function turnTime(turn: string): number {
  return Number(turn.split('.')[1]);
}

/**
 * Deals the turns of these jobs out among them anew, so that they come in the order in which they are given. Since
 * each turn stays with one of them, no other job waits longer or shorter for it.
 * @returns those whose turn is another now
 */
export function inThisOrder(jobs: readonly Job[]): Job[] {
  const turns = jobs.map(turnOf).sort();
  return jobs.flatMap((job, place) => {
    const turn = turns[place];
    return turn === turnOf(job) ? [] : [{ ...job, turn }];
  });
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/**
 * No backoff is as long: an item that seems to wait longer had its time set by a clock that has gone back since, and
 * must not wait until the clock is there again.
 */
export const LONGEST_WAIT_MILLIS = 10 * 60_000;

/**
 * True when a waiting item may be leased at `now`. Stores keep this in an index of its own and turn it on as time
 * passes, so that items in backoff are not looked at over and over. It is not turned off when a clock goes back.
 */
export function isReady(item: Item, now: number): boolean {
  return item.state === 'pending' && item.availableAt <= now;
}
