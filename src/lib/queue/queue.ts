import type { BlobKey, BlobStore } from './blobs.ts';
import { QueueError } from './errors.ts';
import {
  freshCounts,
  stateOf,
  type CompletedItem,
  type Failure,
  type Item,
  type ItemResult,
  type Job,
  type PendingItem,
  type ProcessingItem,
  type StoredJob,
} from './job.ts';
import type { JobOptions } from './options.ts';
import { DEFAULT_POLICY, type QueuePolicy } from './policy.ts';
import type { StateCounts } from './states.ts';
import type { Change, ItemOfJob, ListPage, ListQuery, QueueStore } from './store.ts';
import * as transitions from './transitions.ts';

/** What the queue takes from its host, so that time and chance can be tested. */
export interface QueueHost {
  readonly store: QueueStore;
  readonly blobs: BlobStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Unique and, in time, ascending. */
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly policy?: Partial<QueuePolicy>;
}

/** An image whose bytes are stored already, under the id of the job that is to be. */
export interface AcceptedFile {
  readonly filename: string;
  readonly mediaType: string;
  readonly bytes: number;
}

export interface Submission {
  readonly jobId: string;
  readonly files: readonly AcceptedFile[];
  /** Of the background image, whose bytes are stored as well, if there is one. */
  readonly backgroundBytes?: number | undefined;
  readonly model: string;
  readonly options: JobOptions;
  readonly priority: number;
  readonly idempotencyKey: string | null;
}

/**
 * The queue's promises, over any store: what `submit` answers for is durable, an item is worked on by one runner at a
 * time, an outcome counts only while its lease holds, and nothing accepted is lost. Delivery is at least once;
 * outcomes are written once.
 */
export class Queue {
  readonly policy: QueuePolicy;
  readonly store: QueueStore;
  readonly blobs: BlobStore;
  readonly newId: () => string;
  readonly now: () => number;
  readonly #random: () => number;

  constructor(host: QueueHost) {
    this.store = host.store;
    this.blobs = host.blobs;
    this.now = host.now;
    this.newId = host.newId;
    this.#random = host.random;
    this.policy = { ...DEFAULT_POLICY, ...host.policy };
  }

  // What clients do

  /**
   * Queues a submission whose bytes are in the blob store. A repeated idempotency key answers the first job, and the
   * bytes that came with the repetition are dropped.
   * @throws QueueError `idempotency_conflict` when the key came with another request before.
   */
  async submit(submission: Submission): Promise<{ stored: StoredJob; repeated: boolean }> {
    const { job, items } = this.#newJob(submission);
    const outcome = await this.store.insert(job, items);
    if (outcome.kind === 'inserted') {
      return { stored: { job, items, sequence: outcome.sequence }, repeated: false };
    }
    await this.blobs.removeJob(job.id);
    if (outcome.existing.job.idempotency?.fingerprint !== job.idempotency?.fingerprint) {
      throw new QueueError(
        'idempotency_conflict',
        `The Idempotency-Key "${submission.idempotencyKey ?? ''}" was used before, for another request (job ${outcome.existing.job.id}). Send a new key with a new request.`,
        { fields: { job_id: outcome.existing.job.id } },
      );
    }
    return { stored: outcome.existing, repeated: true };
  }

  #newJob(submission: Submission): { job: Job; items: PendingItem[] } {
    const { jobId, files, model, options, priority, idempotencyKey } = submission;
    const now = this.now();
    const job: Job = {
      id: jobId,
      type: files.length === 1 ? 'single' : 'batch',
      model,
      options,
      priority,
      createdAt: now,
      startedAt: null,
      completedAt: null,
      counts: freshCounts(files.length),
      idempotency:
        idempotencyKey === null ? null : { key: idempotencyKey, fingerprint: fingerprintOf(submission) },
    };
    const items = files.map((file, index): PendingItem => ({
      id: this.newId(),
      jobId,
      index,
      filename: file.filename,
      inputBytes: file.bytes,
      inputMediaType: file.mediaType,
      attempt: 0,
      attemptsLeft: this.policy.maxAttempts,
      state: 'pending',
      availableAt: now,
      lastFailure: null,
    }));
    return { job, items };
  }

  /** @throws QueueError `job_not_found` */
  async get(jobId: string): Promise<StoredJob> {
    return (await this.store.get(jobId)) ?? unknownJob(jobId);
  }

  list(query: ListQuery): Promise<ListPage> {
    return this.store.list(query);
  }

  counts(): Promise<StateCounts> {
    return this.store.counts();
  }

  /** @throws QueueError `job_not_found`, `job_over` */
  async cancel(jobId: string): Promise<StoredJob> {
    const outcome = await this.store.changeAll(jobId, transitions.cancelled, this.now());
    if (outcome === undefined) return unknownJob(jobId);
    if (outcome.changed === 0) {
      const state = stateOf(outcome.stored.job);
      throw new QueueError('job_over', `Job ${jobId} is ${state} already, so there is nothing to cancel.`, {
        fields: { status_of_job: state },
      });
    }
    return outcome.stored;
  }

  /** Queues a job's failed and cancelled items again. @throws QueueError `job_not_found`, `job_not_retryable` */
  async retry(jobId: string): Promise<StoredJob> {
    const now = this.now();
    const outcome = await this.store.changeAll(
      jobId,
      (item) => transitions.retried(item, this.policy, now),
      now,
    );
    if (outcome === undefined) return unknownJob(jobId);
    if (outcome.changed === 0) {
      const state = stateOf(outcome.stored.job);
      throw new QueueError(
        'job_not_retryable',
        `Job ${jobId} is ${state} and has no failed or cancelled image, so there is nothing to retry.`,
        { fields: { status_of_job: state } },
      );
    }
    return outcome.stored;
  }

  /** Removes a job whatever its state; a runner at work on it finds its lease gone. @throws QueueError `job_not_found` */
  async remove(jobId: string): Promise<void> {
    if (!(await this.store.remove(jobId, this.now()))) unknownJob(jobId);
    await this.blobs.removeJob(jobId);
  }

  /** @throws QueueError `job_not_found`, `item_not_found`, `result_not_ready`, `image_failed`, `result_not_found` */
  async result(jobId: string, index: number): Promise<{ item: CompletedItem; blob: Blob }> {
    const { items } = await this.get(jobId);
    const item = items[index];
    if (item === undefined) {
      throw new QueueError(
        'item_not_found',
        `Job ${jobId} has ${String(items.length)} image(s), numbered from 0; there is no number ${String(index)}.`,
      );
    }
    if (item.state !== 'completed') throw noResult(item);
    const blob = await this.blobs.get(resultKey(item));
    if (blob === undefined) {
      throw new QueueError(
        'result_not_found',
        `The result of image ${String(index)} of job ${jobId} is gone from storage.`,
      );
    }
    return { item, blob };
  }

  changes(since: number, limit: number): Promise<Change[]> {
    return this.store.changes(since, limit);
  }

  // What runners do

  /** Takes the next item, after returning those whose runner is lost. `undefined` when there is nothing to do now. */
  async lease(owner: string): Promise<ItemOfJob<ProcessingItem> | undefined> {
    await this.expireLeases();
    const now = this.now();
    return this.store.lease(now, (item) => transitions.leased(item, { owner, until: this.#leaseEnd(now) }));
  }

  #leaseEnd(now: number): number {
    return now + this.policy.leaseSeconds * 1000;
  }

  /** False when the lease is lost: the work must stop, its outcome would be refused. */
  async heartbeat(item: ProcessingItem): Promise<boolean> {
    const now = this.now();
    const until = this.#leaseEnd(now);
    return this.#write(item.id, (current) => transitions.prolonged(current, heldBy(item), until), now);
  }

  /** Ids of those of `items` whose lease still stands. */
  async stillHeld(items: readonly ProcessingItem[]): Promise<Set<string>> {
    const newest = new Map(
      (await this.store.processing({ limit: Number.MAX_SAFE_INTEGER })).map((item) => [item.id, item]),
    );
    const held = items.filter((item) => {
      const current = newest.get(item.id);
      return current?.attempt === item.attempt && current.lease.owner === item.lease.owner;
    });
    return new Set(held.map((item) => item.id));
  }

  /**
   * Stores a result's bytes, then the outcome. False when the lease was lost meanwhile; the bytes are dropped then.
   */
  async complete(item: ProcessingItem, blob: Blob, result: Omit<ItemResult, 'bytes'>): Promise<boolean> {
    const key = resultKey(item);
    const { bytes } = await this.blobs.put(key, blob, { mediaType: result.mediaType });
    const written = await this.#write(item.id, (current) =>
      transitions.completed(current, heldBy(item), { ...result, bytes }),
    );
    if (!written && !(await this.#isResult(item))) await this.blobs.remove(key);
    return written;
  }

  /** True when this very attempt completed the item before: its bytes are the result, and stay. */
  async #isResult({ jobId, index, attempt }: ProcessingItem): Promise<boolean> {
    const current = (await this.store.get(jobId))?.items[index];
    return current?.state === 'completed' && current.attempt === attempt;
  }

  /** The attempt failed; the item waits for its next one or, after the last or when not `retryable`, has failed. */
  async fail(item: ProcessingItem, failure: Failure, retryable: boolean): Promise<boolean> {
    const how = { retryable, ...this.#chance() };
    return this.#write(
      item.id,
      (current) => transitions.failed(current, heldBy(item), failure, how),
      how.now,
    );
  }

  /** Gives an item back untried, as on shutdown. */
  async release(item: ProcessingItem): Promise<boolean> {
    const now = this.now();
    return this.#write(item.id, (current) => transitions.released(current, heldBy(item), now), now);
  }

  /**
   * Returns at once what is leased by owners that are known to be gone, instead of waiting for their leases to end.
   * @param gone tells what became of an owner: `alive` keeps its lease, `left` (it said good-bye) gives the item back
   *   untried, `crashed` counts the attempt.
   */
  async recover(gone: (owner: string) => 'alive' | 'left' | 'crashed'): Promise<number> {
    const held = await this.store.processing({ limit: Number.MAX_SAFE_INTEGER });
    let recovered = 0;
    for (const item of held) {
      const fate = gone(item.lease.owner);
      if (fate === 'alive') continue;
      const how = this.#chance();
      const changed = await this.#write(
        item.id,
        (current) =>
          fate === 'left'
            ? transitions.released(current, heldBy(item), how.now)
            : transitions.abandoned(current, item.lease.owner, how),
        how.now,
      );
      if (changed) recovered += 1;
    }
    return recovered;
  }

  async expireLeases(): Promise<void> {
    const how = this.#chance();
    for (const item of await this.store.processing({ leaseEndedBefore: how.now, limit: 100 })) {
      await this.#write(item.id, (current) => transitions.expired(current, how), how.now);
    }
  }

  // What time does

  /** Removes jobs past their retention, and bytes that belong to no job. Answers how many jobs it removed. */
  async sweep(): Promise<number> {
    const now = this.now();
    const completedBefore = now - this.policy.retentionSeconds * 1000;
    let removed = 0;
    for (;;) {
      const ids = await this.store.finished({ completedBefore, limit: 100 });
      if (ids.length === 0) break;
      for (const id of ids) {
        if (await this.store.remove(id, now)) removed += 1;
        await this.blobs.removeJob(id);
      }
    }
    await this.store.forgetRemoved(completedBefore);
    await this.#removeOrphans(now);
    return removed;
  }

  /** An upload cut short by a crash leaves bytes that no job names. */
  async #removeOrphans(now: number): Promise<void> {
    for await (const jobId of this.blobs.jobsWrittenBefore(now - this.policy.orphanSeconds * 1000)) {
      if ((await this.store.get(jobId)) === undefined) await this.blobs.removeJob(jobId);
    }
  }

  #chance(): { policy: QueuePolicy; now: number; random: number } {
    return { policy: this.policy, now: this.now(), random: this.#random() };
  }

  async #write(
    itemId: string,
    decide: (item: Item) => Item | undefined,
    now: number = this.now(),
  ): Promise<boolean> {
    return (await this.store.change(itemId, decide, now)) !== undefined;
  }
}

export function inputKey(item: Item): BlobKey {
  return { jobId: item.jobId, index: item.index, kind: 'input' };
}

export function backgroundKey(jobId: string): BlobKey {
  return { jobId, kind: 'background' };
}

export function resultKey(item: ProcessingItem | CompletedItem): BlobKey {
  return { jobId: item.jobId, index: item.index, kind: 'result', attempt: item.attempt };
}

function heldBy(item: ProcessingItem): transitions.HeldLease {
  return { owner: item.lease.owner, attempt: item.attempt };
}

function unknownJob(jobId: string): never {
  throw new QueueError(
    'job_not_found',
    `There is no job ${jobId}: the id is wrong, or the job was deleted or is past its retention.`,
    { fields: { job_id: jobId } },
  );
}

function noResult(item: Exclude<Item, CompletedItem>): QueueError {
  const which = `Image ${String(item.index)} ("${item.filename}") of job ${item.jobId}`;
  switch (item.state) {
    case 'pending':
    case 'processing':
      return new QueueError('result_not_ready', `${which} is ${item.state}; ask again when it is completed.`);
    case 'failed':
      return new QueueError('image_failed', `${which} failed: ${item.failure.message}`, {
        fields: { cause: item.failure },
      });
    case 'cancelled':
      return new QueueError('result_not_found', `${which} was cancelled, so it has no result.`);
    default:
      return item satisfies never;
  }
}

/** Same request, same text: model, options, priority, and each file's name and size, in order. */
function fingerprintOf(submission: Submission): string {
  const { model, options, priority, files, backgroundBytes } = submission;
  const parts: unknown[] = [model, options, priority, files.map((file) => [file.filename, file.bytes])];
  return JSON.stringify(backgroundBytes === undefined ? parts : [...parts, backgroundBytes]);
}
