import type { SeenJob, ServerPlace, Wish } from '#queue/place.ts';
import { isOver, type StateCounts } from '#queue/states.ts';

/*
 * What a user wants of a job of the server, and what becomes of the wish: docs/sync.md has the same as tables.
 * `counts` are those of the job as it is shown, which has the wish in it already.
 */

/** The user cancels. `undefined`: there is nothing to cancel. */
export function cancelWished(place: ServerPlace, counts: StateCounts): ServerPlace | undefined {
  if (isOver(counts) || place.delivery.state === 'refused') return undefined;
  const { delivery, wish, seen } = place;
  const run = seen?.run ?? 0;
  if (delivery.state !== 'accepted') return { ...place, wish: newCancel(run, false) };
  // Over there, with a result that is still on its way here.
  if (wish?.kind !== 'retry' && seen !== null && !isOpen(seen)) return undefined;
  if (wish?.kind !== 'retry') return { ...place, wish: newCancel(run, false) };
  return { ...place, wish: wish.sent ? newCancel(wish.run, true) : null };
}

const newCancel = (run: number, orNext: boolean): Wish => ({ kind: 'cancel', run, orNext, sent: false });

/** The user retries what failed or was cancelled. `undefined`: there is nothing to retry. */
export function retryWished(place: ServerPlace, counts: StateCounts): ServerPlace | undefined {
  if (counts.failed + counts.cancelled === 0) return undefined;
  const { delivery, wish, seen } = place;
  switch (delivery.state) {
    // The answer was a refusal, and still an earlier request may be under way.
    case 'refused':
      return { ...place, delivery: { state: 'sending' }, wish: null, seen: null, lost: undefined };
    case 'unsent':
    case 'sending':
      return { ...place, wish: null };
    case 'accepted': {
      if (wish?.kind === 'cancel') {
        return { ...place, wish: wish.sent ? { kind: 'retry', run: wish.run, sent: false } : null };
      }
      return { ...place, wish: { kind: 'retry', run: seen?.run ?? 0, sent: false } };
    }
    default:
      return delivery satisfies never;
  }
}

/** The place without a wish that the server has fulfilled, or that came too late. */
export function settled(place: ServerPlace): ServerPlace {
  const { wish, seen } = place;
  return wish !== null && seen !== null && isSettled(wish, seen) ? { ...place, wish: null } : place;
}

function isSettled(wish: Wish, seen: SeenJob): boolean {
  switch (wish.kind) {
    case 'cancel':
      return !isOpen(seen) || (seen.run > wish.run && !wish.orNext);
    case 'retry':
      return seen.run > wish.run || (!isOpen(seen) && !isRetryable(seen));
    default:
      return wish satisfies never;
  }
}

/** The request that the wish needs now, if any, and which run it is about. */
export function requestOf({ delivery, wish, seen }: ServerPlace): WishRequest | undefined {
  if (delivery.state !== 'accepted' || wish === null || seen === null || isSettled(wish, seen))
    return undefined;
  const { remoteId } = delivery;
  if (wish.kind === 'cancel') return { kind: 'cancel', remoteId, run: seen.run };
  return isRetryable(seen) ? { kind: 'retry', remoteId, run: wish.run } : undefined;
}

export interface WishRequest {
  readonly kind: 'cancel' | 'retry';
  readonly remoteId: string;
  readonly run: number;
}

function isOpen({ items }: SeenJob): boolean {
  return items.some(({ status }) => status === 'pending' || status === 'processing');
}

function isRetryable({ items }: SeenJob): boolean {
  return items.some(({ status }) => status === 'failed' || status === 'cancelled');
}
