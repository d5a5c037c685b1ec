import type { CompletedItem, Failure, Item, ItemResult, Job } from '#queue/job.ts';
import type { SeenItem, ServerPlace } from '#queue/place.ts';
import { isOver, NO_COUNTS, type StateCounts } from '#queue/states.ts';
import type { Kept, Placed } from './stored.ts';

/** Of items that the server works on: no runner here looks at it. */
const AT_THE_SERVER = { owner: 'server', until: 0 };

export const RESULT_GONE: Failure = {
  code: 'result_not_found',
  message: 'The server finished this image and no longer has its result. Retry it, or add the photo again.',
};

/**
 * The job with this place, its items as they follow from it: what the server said, with what the user wishes on top. An
 * item is completed when its result is here, and stays it.
 */
export function shown({ job, items }: Kept, place: ServerPlace, now: number): Placed {
  return withItems(
    { ...job, place },
    items,
    items.map((item) => itemShown(item, place, now)),
    now,
  );
}

/** After the result of one item has come. `undefined` when there is nothing to add. */
export function received(
  { job, items }: Placed,
  index: number,
  result: ItemResult,
  now: number,
): { readonly placed: Placed; readonly item: CompletedItem } | undefined {
  const item = items[index];
  if (item === undefined || item.state === 'completed') return undefined;
  if (job.place.seen?.items[index]?.status !== 'completed') return undefined;
  const completed: CompletedItem = { ...base(item), state: 'completed', result };
  return { placed: withItems(job, items, items.with(index, completed), now), item: completed };
}

/** The job on this device again: what the server had of it waits here, and what is over stays so. */
export function broughtHome({ job, items }: Placed, unfinished: Failure | null, now: number): Kept {
  const { place: _, ...rest } = job;
  const settled = items.map((item): Item => {
    if (item.state !== 'pending' && item.state !== 'processing') return item;
    return unfinished === null
      ? { ...base(item), state: 'pending', availableAt: now, lastFailure: null }
      : { ...base(item), state: 'failed', failure: unfinished };
  });
  return withItems(rest, items, settled, now);
}

function withItems<J extends Job>(
  job: J,
  before: readonly Item[],
  items: readonly Item[],
  now: number,
): { readonly job: J; readonly items: readonly Item[] } {
  const counts = items.reduce<StateCounts>(
    (sum, { state }) => ({ ...sum, [state]: sum[state] + 1 }),
    NO_COUNTS,
  );
  const seen = job.place?.seen;
  const bytes = job.bytes - kept(before) + kept(items);
  return {
    job: {
      ...job,
      counts,
      bytes,
      startedAt: seen?.startedAt ?? job.startedAt,
      completedAt: isOver(counts) ? (seen?.completedAt ?? job.completedAt ?? now) : null,
    },
    items,
  };
}

function kept(items: readonly Item[]): number {
  return items.reduce(
    (sum, item) => sum + item.inputBytes + (item.state === 'completed' ? item.result.bytes : 0),
    0,
  );
}

function itemShown(item: Item, place: ServerPlace, now: number): Item {
  if (item.state === 'completed') return item;
  const { delivery, wish, seen } = place;
  switch (delivery.state) {
    case 'refused':
      return { ...base(item), state: 'failed', failure: { code: delivery.code, message: delivery.message } };
    case 'unsent':
    case 'sending':
      return wish?.kind === 'cancel' ? cancelled(item) : pending(item, now);
    case 'accepted':
      break;
    default:
      return delivery satisfies never;
  }
  const there = seen?.items[item.index];
  if (place.lost?.includes(item.index)) return { ...base(item), state: 'failed', failure: RESULT_GONE };
  return thereShown(item, there, wish, now);
}

function thereShown(item: Item, there: SeenItem | undefined, wish: ServerPlace['wish'], now: number): Item {
  const status = there?.status;
  switch (status) {
    // On its way here.
    case 'completed':
      return { ...base(item), state: 'processing', lease: AT_THE_SERVER };
    case 'failed':
      if (wish?.kind === 'retry') return pending(item, now);
      return { ...base(item), state: 'failed', failure: there?.error ?? UNSAID };
    case 'cancelled':
      return wish?.kind === 'retry' ? pending(item, now) : cancelled(item);
    case 'processing':
      if (wish?.kind === 'cancel') return cancelled(item);
      return { ...base(item), state: 'processing', lease: AT_THE_SERVER };
    case 'pending':
    case undefined:
      return wish?.kind === 'cancel' ? cancelled(item) : pending(item, now);
    default:
      return status satisfies never;
  }
}

const UNSAID: Failure = { code: 'internal_error', message: 'The server gave no reason.' };

function pending(item: Item, now: number): Item {
  return item.state === 'pending'
    ? item
    : { ...base(item), state: 'pending', availableAt: now, lastFailure: null };
}

function cancelled(item: Item): Item {
  return { ...base(item), state: 'cancelled' };
}

function base(item: Item) {
  const { id, jobId, index, filename, inputBytes, inputMediaType, attempt, attemptsLeft } = item;
  return { id, jobId, index, filename, inputBytes, inputMediaType, attempt, attemptsLeft };
}
