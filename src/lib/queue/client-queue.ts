import { inputKey, resultKey } from './blob-keys.ts';
import { QueueError } from './errors.ts';
import {
  freshCounts,
  runOf,
  stateOf,
  type CompletedItem,
  type Item,
  type Job,
  type PendingItem,
  type StoredJob,
} from './job.ts';
import type { JobOptions } from './options.ts';
import type { ServerPlace } from './place.ts';
import type { Queue } from './queue.ts';
import type { StateCounts } from './states.ts';
import type { Admit, Change, InsertOutcome, ListPage, ListQuery, Usage } from './store.ts';
import * as transitions from './transitions.ts';

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
  /** Told when the job is over. */
  readonly webhookUrl?: string | undefined;
}

/**
 * What the clients of one tenant may do with the queue. Jobs of other tenants do not exist for them: an id of one is
 * answered as an unknown id is.
 */
export class ClientQueue {
  readonly tenant: string;
  readonly #queue: Queue;
  readonly #admit: Admit | undefined;
  readonly #place: ServerPlace | undefined;

  /** @param place where the jobs that it submits run; here, when absent */
  constructor(queue: Queue, tenant: string, admit?: Admit, place?: ServerPlace) {
    this.#queue = queue;
    this.tenant = tenant;
    this.#admit = admit;
    this.#place = place;
  }

  /**
   * Queues a submission whose bytes are in the blob store. A repeated idempotency key answers the first job, and the
   * bytes that came with the repetition are dropped.
   * @throws QueueError `idempotency_conflict` when the key came with another request before, and what `admit` throws;
   *   the bytes are dropped then too.
   */
  async submit(submission: Submission): Promise<{ stored: StoredJob; repeated: boolean }> {
    const { job, items } = this.#newJob(submission);
    const outcome = await this.#insert(job, items);
    if (outcome.kind === 'inserted') {
      return { stored: { job, items, sequence: outcome.sequence }, repeated: false };
    }
    await this.#queue.blobs.removeJob(job.id);
    if (outcome.existing.job.idempotency?.fingerprint !== job.idempotency?.fingerprint) {
      throw new QueueError(
        'idempotency_conflict',
        `The Idempotency-Key "${submission.idempotencyKey ?? ''}" was used before, for another request (job ${outcome.existing.job.id}). Send a new key with a new request.`,
        { fields: { job_id: outcome.existing.job.id } },
      );
    }
    return { stored: outcome.existing, repeated: true };
  }

  async #insert(job: Job, items: readonly PendingItem[]): Promise<InsertOutcome> {
    try {
      return await this.#queue.store.insert(job, items, this.#admit);
    } catch (cause) {
      await this.#queue.blobs.removeJob(job.id);
      throw cause;
    }
  }

  #newJob(submission: Submission): { job: Job; items: PendingItem[] } {
    const {
      jobId,
      files,
      model,
      options,
      priority,
      idempotencyKey,
      backgroundBytes = 0,
      webhookUrl,
    } = submission;
    const now = this.#queue.now();
    const job: Job = {
      id: jobId,
      tenant: this.tenant,
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
      bytes: files.reduce((sum, file) => sum + file.bytes, backgroundBytes),
      webhook: webhookUrl === undefined ? null : { url: webhookUrl, state: 'waiting' },
      ...(this.#place && { place: this.#place }),
    };
    const items = files.map((file, index): PendingItem => ({
      id: this.#queue.newId(),
      jobId,
      index,
      filename: file.filename,
      inputBytes: file.bytes,
      inputMediaType: file.mediaType,
      attempt: 0,
      attemptsLeft: this.#queue.policy.maxAttempts,
      state: 'pending',
      availableAt: now,
      lastFailure: null,
    }));
    return { job, items };
  }

  /**
   * Throws what would refuse a job now that `more` is kept beside all that is. The last word has the transaction that
   * adds the job.
   */
  async requireRoom(more: { all: Usage; own: Usage }): Promise<void> {
    const { store } = this.#queue;
    const [all, own] = await Promise.all([store.usage(), store.usage(this.tenant)]);
    this.#admit?.(sumOf(all, more.all), sumOf(own, more.own));
  }

  /** @throws QueueError `job_not_found` */
  async get(jobId: string): Promise<StoredJob> {
    const stored = await this.#queue.store.get(jobId);
    return stored?.job.tenant === this.tenant ? stored : unknownJob(jobId);
  }

  list(query: Omit<ListQuery, 'tenant'>): Promise<ListPage> {
    return this.#queue.store.list({ ...query, tenant: this.tenant });
  }

  counts(): Promise<StateCounts> {
    return this.#queue.store.counts(this.tenant);
  }

  usage(): Promise<Usage> {
    return this.#queue.store.usage(this.tenant);
  }

  /**
   * @param run refuses when the job is in another run by now
   * @throws QueueError `job_not_found`, `job_over`, `run_over`
   */
  async cancel(jobId: string, run?: number): Promise<StoredJob> {
    await this.get(jobId);
    const outcome = await this.#queue.store.changeAll(
      jobId,
      (item, job) => (isInRun(job, run) ? transitions.cancelled(item) : undefined),
      this.#queue.now(),
    );
    if (outcome === undefined) return unknownJob(jobId);
    if (outcome.changed === 0) {
      requireRun(outcome.stored.job, run);
      const state = stateOf(outcome.stored.job);
      throw new QueueError('job_over', `Job ${jobId} is ${state} already, so there is nothing to cancel.`, {
        fields: { status_of_job: state },
      });
    }
    return outcome.stored;
  }

  /**
   * Queues a job's failed and cancelled items again.
   * @param run refuses when the job is in another run by now
   * @throws QueueError `job_not_found`, `job_not_retryable`, `run_over`
   */
  async retry(jobId: string, run?: number): Promise<StoredJob> {
    await this.get(jobId);
    const now = this.#queue.now();
    const outcome = await this.#queue.store.changeAll(
      jobId,
      (item, job) => (isInRun(job, run) ? transitions.retried(item, this.#queue.policy, now) : undefined),
      now,
    );
    if (outcome === undefined) return unknownJob(jobId);
    if (outcome.changed === 0) {
      requireRun(outcome.stored.job, run);
      const state = stateOf(outcome.stored.job);
      throw new QueueError(
        'job_not_retryable',
        `Job ${jobId} is ${state} and has no failed or cancelled image, so there is nothing to retry.`,
        { fields: { status_of_job: state } },
      );
    }
    return outcome.stored;
  }

  /**
   * Puts jobs into this order among themselves: each takes the turn of one of them. Ids that are no jobs (any more) are
   * left out. Answers the ids in their new order.
   */
  reorder(jobIds: readonly string[]): Promise<string[]> {
    return this.#queue.store.reorder(this.tenant, jobIds);
  }

  /** Removes a job whatever its state; a runner at work on it finds its lease gone. @throws QueueError `job_not_found` */
  async remove(jobId: string): Promise<void> {
    await this.get(jobId);
    if (!(await this.#queue.store.remove(jobId, this.#queue.now()))) unknownJob(jobId);
    await this.#queue.blobs.removeJob(jobId);
  }

  /** The image as it came in. @throws QueueError `job_not_found`, `item_not_found`, `input_not_found` */
  async input(jobId: string, index: number): Promise<{ item: Item; blob: Blob }> {
    const { items } = await this.get(jobId);
    const item = items[index] ?? noItem(jobId, items.length, index);
    const blob = await this.#queue.blobs.get(inputKey(item));
    if (blob === undefined) {
      throw new QueueError(
        'input_not_found',
        `Image ${String(index)} of job ${jobId} is not in storage as it came in.`,
      );
    }
    return { item, blob };
  }

  /** @throws QueueError `job_not_found`, `item_not_found`, `result_not_ready`, `image_failed`, `result_not_found` */
  async result(jobId: string, index: number): Promise<{ item: CompletedItem; blob: Blob }> {
    const { items } = await this.get(jobId);
    const item = items[index] ?? noItem(jobId, items.length, index);
    if (item.state !== 'completed') throw noResult(item);
    const blob = await this.#queue.blobs.get(resultKey(item));
    if (blob === undefined) {
      throw new QueueError(
        'result_not_found',
        `The result of image ${String(index)} of job ${jobId} is gone from storage.`,
      );
    }
    return { item, blob };
  }

  /** @see QueueStore.changes */
  changes(since: number, limit: number): Promise<Change[]> {
    return this.#queue.store.changes(this.tenant, since, limit);
  }
}

function sumOf(a: Usage, b: Usage): Usage {
  return { jobs: a.jobs + b.jobs, waiting: a.waiting + b.waiting, bytes: a.bytes + b.bytes };
}

function isInRun(job: Job, run: number | undefined): boolean {
  return run === undefined || run === runOf(job);
}

function requireRun(job: Job, run: number | undefined): void {
  if (isInRun(job, run)) return;
  throw new QueueError(
    'run_over',
    `Job ${job.id} is in run ${String(runOf(job))} and no longer in run ${String(run)}: it was queued again since. Look at it, then decide anew.`,
    { fields: { run: runOf(job) } },
  );
}

function noItem(jobId: string, items: number, index: number): never {
  throw new QueueError(
    'item_not_found',
    `Job ${jobId} has ${String(items)} image(s), numbered from 0; there is no number ${String(index)}.`,
  );
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
function fingerprintOf({ model, options, priority, files, backgroundBytes, webhookUrl }: Submission): string {
  const parts: unknown[] = [model, options, priority, files.map((file) => [file.filename, file.bytes])];
  const further = webhookUrl === undefined ? [backgroundBytes] : [backgroundBytes ?? null, webhookUrl];
  return JSON.stringify([...parts, ...further.filter((part) => part !== undefined)]);
}
