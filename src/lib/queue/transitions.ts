import type {
  CancelledItem,
  CompletedItem,
  FailedItem,
  Failure,
  Item,
  ItemResult,
  Lease,
  PendingItem,
  ProcessingItem,
} from './job.ts';
import { backoffMillis, type QueuePolicy } from './policy.ts';

/*
 * The state machine as pure functions, one an event. Each answers the item after the event, or `undefined` when the
 * event does not apply to the item as it is now: then nothing may be written.
 */

function base(item: Item) {
  const { id, jobId, index, filename, inputBytes, inputMediaType, attempt, attemptsLeft } = item;
  return { id, jobId, index, filename, inputBytes, inputMediaType, attempt, attemptsLeft };
}

/** True while `owner` holds the item's lease from its attempt `attempt`. */
function holds(item: Item, held: HeldLease): item is ProcessingItem {
  return item.state === 'processing' && item.lease.owner === held.owner && item.attempt === held.attempt;
}

/** What a runner must show to write an outcome: which attempt it is at, and who it is. */
export interface HeldLease {
  readonly owner: string;
  readonly attempt: number;
}

export function leased(item: PendingItem, lease: Lease): ProcessingItem {
  return { ...base(item), attempt: item.attempt + 1, state: 'processing', lease };
}

export function prolonged(item: Item, held: HeldLease, until: number): ProcessingItem | undefined {
  return holds(item, held) ? { ...item, lease: { ...item.lease, until } } : undefined;
}

export function completed(item: Item, held: HeldLease, result: ItemResult): CompletedItem | undefined {
  return holds(item, held) ? { ...base(item), state: 'completed', result } : undefined;
}

/** An attempt ended without a result: the item waits for its next one, or has failed for good. */
function afterAttempt(
  item: ProcessingItem,
  failure: Failure,
  policy: QueuePolicy,
  now: number,
  random: number,
): PendingItem | FailedItem {
  const attemptsLeft = item.attemptsLeft - 1;
  if (attemptsLeft <= 0) return { ...base(item), attemptsLeft: 0, state: 'failed', failure };
  const failures = Math.max(1, policy.maxAttempts - attemptsLeft);
  return {
    ...base(item),
    attemptsLeft,
    state: 'pending',
    availableAt: now + backoffMillis(policy, failures, random),
    lastFailure: failure,
  };
}

/** @param retryable false when another attempt would fail the same way, as with an image that cannot be decoded. */
export function failed(
  item: Item,
  held: HeldLease,
  failure: Failure,
  how: { retryable: boolean; policy: QueuePolicy; now: number; random: number },
): PendingItem | FailedItem | undefined {
  if (!holds(item, held)) return undefined;
  if (!how.retryable) return { ...base(item), state: 'failed', failure };
  return afterAttempt(item, failure, how.policy, how.now, how.random);
}

/** The lease ran out, so its runner is taken for dead. */
export function expired(
  item: Item,
  how: { policy: QueuePolicy; now: number; random: number },
): PendingItem | FailedItem | undefined {
  if (item.state !== 'processing' || item.lease.until > how.now) return undefined;
  const failure: Failure = {
    code: 'runner_lost',
    message: `The process working on this image stopped without an answer (attempts left: ${String(item.attemptsLeft - 1)}).`,
  };
  return afterAttempt(item, failure, how.policy, how.now, how.random);
}

/** The runner gave the lease back untried, as on shutdown: the attempt does not count. */
export function released(item: Item, held: HeldLease, now: number): PendingItem | undefined {
  if (!holds(item, held)) return undefined;
  return { ...base(item), state: 'pending', availableAt: now, lastFailure: null };
}

/** The owner is known to be gone, so its lease need not run out first. The attempt counts. */
export function abandoned(
  item: Item,
  owner: string,
  how: { policy: QueuePolicy; now: number; random: number },
): PendingItem | FailedItem | undefined {
  if (item.state !== 'processing' || item.lease.owner !== owner) return undefined;
  const over = { ...item, lease: { ...item.lease, until: how.now } };
  const next = expired(over, how);
  return next?.state === 'pending' ? { ...next, availableAt: how.now } : next;
}

export function cancelled(item: Item): CancelledItem | undefined {
  return item.state === 'pending' || item.state === 'processing'
    ? { ...base(item), state: 'cancelled' }
    : undefined;
}

/** Starts over what failed or was cancelled, with all its attempts ahead of it. */
export function retried(item: Item, policy: QueuePolicy, now: number): PendingItem | undefined {
  if (item.state !== 'failed' && item.state !== 'cancelled') return undefined;
  return {
    ...base(item),
    attemptsLeft: policy.maxAttempts,
    state: 'pending',
    availableAt: now,
    lastFailure: null,
  };
}
