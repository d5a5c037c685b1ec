import { deriveState, isOver, moved, NO_COUNTS, type State, type StateCounts } from './states.ts';
import type { JobOptions } from './options.ts';
import type { ServerPlace } from './place.ts';

/*
 * Glossary
 *   job        what one submission made: one or more images that share a model and options
 *   item       one image of a job; the unit that is leased, tried, and that succeeds or fails alone
 *   runner     whatever leases items and processes them: the leader tab, or a runner process
 *   lease      a runner's right to an item until `lease.until`; only its holder may write the outcome
 *   heartbeat  prolongs a lease
 *   attempt    one lease of an item. Its number only grows, so it also fences: what an earlier attempt writes is refused
 *   tenant     whose job it is; nobody sees or touches another tenant's
 *   backoff    how long an item waits before its next attempt
 *   turn       a job's place in the line of all jobs; reordering deals turns out anew among the jobs that it names
 *   sequence   position in the change feed: every visible change of a job takes the next number of its store
 *
 * Times are milliseconds since the epoch (`…At`, `until`); the wire has ISO 8601.
 */

/** Why an item failed: a code for programs and a sentence for people. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Something a person should know about a result that was made all the same. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** What a runner made of an item. */
export interface ItemResult {
  readonly mediaType: string;
  readonly bytes: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Where the subject is in it, in pixels; absent when none was found. */
  readonly subject?: SubjectBox | undefined;
  readonly warnings: readonly Warning[];
}

export interface SubjectBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Lease {
  readonly owner: string;
  readonly until: number;
}

interface ItemBase {
  readonly id: string;
  readonly jobId: string;
  /** Position in its job, from 0. */
  readonly index: number;
  readonly filename: string;
  readonly inputBytes: number;
  readonly inputMediaType: string;
  /** Attempts started in the item's life; also the number of the newest one. */
  readonly attempt: number;
  /** How many attempts may still fail before the item has failed. */
  readonly attemptsLeft: number;
}

/** `availableAt`: not to be leased before. `lastFailure`: why the attempt before this one ended. */
export interface PendingItem extends ItemBase {
  readonly state: 'pending';
  readonly availableAt: number;
  readonly lastFailure: Failure | null;
}
export interface ProcessingItem extends ItemBase {
  readonly state: 'processing';
  readonly lease: Lease;
}
export interface CompletedItem extends ItemBase {
  readonly state: 'completed';
  readonly result: ItemResult;
}
export interface FailedItem extends ItemBase {
  readonly state: 'failed';
  readonly failure: Failure;
}
export interface CancelledItem extends ItemBase {
  readonly state: 'cancelled';
}
export type Item = PendingItem | ProcessingItem | CompletedItem | FailedItem | CancelledItem;

export interface Idempotency {
  readonly key: string;
  /** Tells a repeated request from another one that reuses the key. */
  readonly fingerprint: string;
}

/** The tenant of a host that does not tell its clients apart: the browser, and a server without API keys. */
export const LOCAL_TENANT = 'local';

/**
 * Whom to tell when the job is over. `waiting`: it is not over. `due`: to be told at `dueAt`. `attempt` counts the
 * tries that were begun, and `failure` is why the newest of them failed. A retried job waits again, and is told of
 * again.
 */
export type Webhook = { readonly url: string } & (
  | { readonly state: 'waiting' }
  | {
      readonly state: 'due';
      readonly dueAt: number;
      readonly attempt: number;
      readonly failure?: Failure | undefined;
    }
  | { readonly state: 'delivered'; readonly at: number; readonly attempt: number }
  | { readonly state: 'failed'; readonly at: number; readonly attempt: number; readonly failure: Failure }
);

export interface Job {
  readonly id: string;
  readonly tenant: string;
  readonly type: 'single' | 'batch';
  readonly model: string;
  readonly options: JobOptions;
  /** 0 to 9; higher is leased first. */
  readonly priority: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly counts: StateCounts;
  readonly idempotency: Idempotency | null;
  /** Of all that is kept for it: inputs, the background and results. */
  readonly bytes: number;
  readonly webhook: Webhook | null;
  /** Another job's turn, taken when they were put in another order (see `turnOf`); absent from those that keep theirs. */
  readonly turn?: string | undefined;
  /** Grows whenever some of it is queued again: names what a cancel or a retry is about. Absent from the first run. */
  readonly run?: number | undefined;
  /** Absent from a job that runs on this host. Then no runner here gets its items. */
  readonly place?: ServerPlace | undefined;
}

export function runOf(job: Job): number {
  return job.run ?? 0;
}

/** A job as a store returns it: with its place in the change feed and its items by index. */
export interface StoredJob {
  readonly job: Job;
  readonly items: readonly Item[];
  readonly sequence: number;
}

export function stateOf(job: Job): State {
  return deriveState(job.counts);
}

/** The counts of a job none of whose items has been leased. */
export function freshCounts(items: number): StateCounts {
  return { ...NO_COUNTS, pending: items };
}

/** Bytes that are kept for an item: its input and, once there is one, its result. */
function keptBytes(item: Item): number {
  return item.inputBytes + (item.state === 'completed' ? item.result.bytes : 0);
}

/** The job after one of its items went from `from` to `to` at `now`. */
export function afterMove(job: Job, from: Item, to: Item, now: number): Job {
  const counts = moved(job.counts, from.state, to.state);
  const over = isOver(counts);
  const again = to.state === 'pending' && from.state !== 'processing' && from.state !== 'pending';
  return {
    ...job,
    counts,
    ...(again && { run: runOf(job) + 1 }),
    startedAt: to.state === 'processing' ? (job.startedAt ?? now) : job.startedAt,
    completedAt: over ? (job.completedAt ?? now) : null,
    bytes: job.bytes + keptBytes(to) - keptBytes(from),
    webhook: job.webhook && webhookAfter(job.webhook, over, now),
  };
}

function webhookAfter(webhook: Webhook, over: boolean, now: number): Webhook {
  const { url } = webhook;
  if (!over) return { url, state: 'waiting' };
  return webhook.state === 'waiting' ? { url, state: 'due', dueAt: now, attempt: 0 } : webhook;
}
