import { QueueError } from '#queue/errors.ts';
import type { ProcessingItem } from '#queue/job.ts';
import { jobOptions } from '#queue/options.ts';
import { resultKey } from '#queue/blob-keys.ts';
import { ClientQueue } from '#queue/client-queue.ts';
import { LOCAL_TENANT } from '#queue/job.ts';
import type { Queue } from '#queue/queue.ts';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { ModelJob, QueueModel } from './queue-model.ts';

/** Which of two processes (or tabs) does it. */
const side = fc.constantFrom(0, 1);
const owner = fc.constantFrom('runner A', 'runner A', 'runner B');
/** One of all that there were so far: jobs, or leases, which makes most of them stale. */
const which = fc.nat({ max: 1_000 });

/** What a runner can do with its lease. */
const OUTCOMES = ['heartbeat', 'complete', 'fail', 'give up', 'release'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** What a client can do to a job. */
const JOB_CHANGES = ['cancel', 'retry', 'remove'] as const;
type JobChange = (typeof JOB_CHANGES)[number];

/** What can be done to a queue. */
export const operation = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      side,
      images: fc.constantFrom(1, 1, 2, 3),
      priority: fc.constantFrom(0, 5, 9),
      key: fc.constantFrom(null, null, 'key 1', 'key 2'),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('lease' as const), side, owner }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(...OUTCOMES),
      side,
      // Mostly one of the newest leases: the last stands, and the one before is often an earlier attempt at the same item.
      which: fc.oneof(fc.constant(0), fc.constantFrom(0, 1, 2), which),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      millis: fc.constantFrom(1, 999, 2_000, 29_999, 30_001),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), millis: fc.constant(8 * 24 * 3600 * 1000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(...JOB_CHANGES),
      side,
      which,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('recover' as const),
      side,
      owner,
      fate: fc.constantFrom('left' as const, 'crashed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const), side }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), side }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reorder' as const),
      side,
      which: fc.uniqueArray(fc.nat({ max: 12 }), { maxLength: 5 }),
    }),
  },
);

export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
type Do<Name extends Operation['do']> = Extract<Operation, { do: Name }>;

export const clientOf = (queue: Queue) => new ClientQueue(queue, LOCAL_TENANT);

const FAILURE = { code: 'broken', message: 'The image is broken.' };

/** A queue under test, opened twice, and the model that it must agree with. */
export class Play {
  readonly model: QueueModel;
  readonly #queues: readonly [Queue, Queue];
  readonly #clock: { now: number };
  /** Every job and every lease that ever was, the newest first. */
  readonly jobIds: string[] = [];
  readonly leases: ProcessingItem[] = [];

  constructor(model: QueueModel, queues: readonly [Queue, Queue], clock: { now: number }) {
    this.model = model;
    this.#queues = queues;
    this.#clock = clock;
  }

  /** Does it to both, and expects the same answer of both. */
  async run(operation: Operation): Promise<void> {
    const { now } = this.#clock;
    switch (operation.do) {
      case 'submit':
        return this.#submit(operation, now);
      case 'lease':
        return this.#lease(operation, now);
      case 'heartbeat':
      case 'complete':
      case 'fail':
      case 'give up':
      case 'release':
        return this.#outcome(operation, now);
      case 'wait':
        this.#clock.now += operation.millis;
        return;
      case 'cancel':
      case 'retry':
      case 'remove':
        return this.#changeJob(operation, now);
      case 'recover': {
        const { owner, fate } = operation;
        const recovered = this.#on(operation).recover((name) => (name === owner ? fate : 'alive'));
        return expect(recovered).resolves.toBe(this.model.recover(owner, fate, now));
      }
      case 'sweep':
        return expect(this.#on(operation).sweep()).resolves.toBe(this.model.sweep(now));
      case 'pause':
      case 'resume':
        this.model.paused = operation.do === 'pause';
        return this.#on(operation).store.setPaused(this.model.paused);
      case 'reorder': {
        const ids = operation.which.flatMap((which) => this.jobIds[which] ?? []);
        return expect(clientOf(this.#on(operation)).reorder(ids)).resolves.toEqual(this.model.reorder(ids));
      }
      default:
        return operation satisfies never;
    }
  }

  #on({ side }: { side: number }): Queue {
    return this.#queues[side === 0 ? 0 : 1];
  }

  async #submit({ images, priority, key, ...on }: Do<'submit'>, now: number): Promise<void> {
    const queue = this.#on(on);
    const jobId = queue.newId();
    const files = Array.from({ length: images }, (_, index) => ({
      filename: `${String(index)}.png`,
      mediaType: 'image/png',
      bytes: 5,
    }));
    for (const [index] of files.entries()) {
      await queue.blobs.put({ jobId, index, kind: 'input' }, new Blob(['bytes']), { mediaType: 'image/png' });
    }
    const submitted = clientOf(queue).submit({
      jobId,
      files,
      model: 'u2netp',
      options: jobOptions.parse({}),
      priority,
      idempotencyKey: key,
    });
    const first = key === null ? undefined : this.model.jobWithKey(key);
    if (first === undefined) {
      await expect(submitted).resolves.toMatchObject({ repeated: false, stored: { job: { id: jobId } } });
      this.model.submit({ id: jobId, priority, createdAt: now, key }, images);
      this.jobIds.unshift(jobId);
      return;
    }
    if (first.items.length === images && first.priority === priority) {
      await expect(submitted).resolves.toMatchObject({ repeated: true, stored: { job: { id: first.id } } });
    } else {
      await expect(submitted).rejects.toMatchObject({ code: 'idempotency_conflict' });
    }
    expect(
      await queue.blobs.get({ jobId, index: 0, kind: 'input' }),
      'bytes of a repetition',
    ).toBeUndefined();
  }

  async #lease({ owner, ...on }: Do<'lease'>, now: number): Promise<void> {
    const taken = await this.#on(on).lease(owner);
    expect(taken && [taken.job.id, taken.item.index]).toEqual(this.model.lease(owner, now));
    if (taken !== undefined) this.leases.unshift(taken.item);
  }

  async #outcome(operation: Do<Outcome>, now: number): Promise<void> {
    const lease = this.leases[operation.which % this.leases.length];
    if (lease === undefined) return;
    const written = await this.#write(this.#on(operation), operation.do, lease);
    const held = this.model.held(lease);
    expect(written, 'an outcome counts exactly while its lease stands').toBe(held !== undefined);
    if (held !== undefined) this.#modelOutcome(operation.do, held, now);
  }

  #write(queue: Queue, outcome: Outcome, lease: ProcessingItem): Promise<boolean> {
    switch (outcome) {
      case 'heartbeat':
        return queue.heartbeat(lease);
      case 'complete': {
        const result = { mediaType: 'image/png', width: 1, height: 1, warnings: [] };
        return queue.complete(lease, new Blob([bytesOf(lease)]), result);
      }
      case 'fail':
        return queue.fail(lease, FAILURE, true);
      case 'give up':
        return queue.fail(lease, FAILURE, false);
      case 'release':
        return queue.release(lease);
      default:
        return outcome satisfies never;
    }
  }

  #modelOutcome(
    outcome: Outcome,
    [job, item]: NonNullable<ReturnType<QueueModel['held']>>,
    now: number,
  ): void {
    switch (outcome) {
      case 'heartbeat':
        item.until = now + 30_000;
        return;
      case 'complete':
        this.model.go(job, item, 'completed', now);
        return;
      case 'fail':
        this.model.attemptFailed(job, item, now);
        return;
      case 'give up':
        this.model.go(job, item, 'failed', now);
        return;
      case 'release':
        item.availableAt = now;
        this.model.go(job, item, 'pending', now);
        return;
      default:
        return outcome satisfies never;
    }
  }

  async #changeJob(operation: Do<JobChange>, now: number): Promise<void> {
    const jobId = this.jobIds[operation.which % this.jobIds.length];
    if (jobId === undefined) return;
    const client = clientOf(this.#on(operation));
    const job = this.model.jobs.get(jobId);
    const refusal = await refusalOf(() => client[operation.do](jobId));
    expect(refusal).toBe(job === undefined ? 'job_not_found' : this.#modelChange(operation.do, job, now));
  }

  #modelChange(change: JobChange, job: ModelJob, now: number): string | undefined {
    switch (change) {
      case 'cancel':
        return this.model.goAll(job, ['pending', 'processing'], 'cancelled', now) > 0
          ? undefined
          : 'job_over';
      case 'retry':
        return this.model.goAll(job, ['failed', 'cancelled'], 'pending', now) > 0
          ? undefined
          : 'job_not_retryable';
      case 'remove':
        this.model.jobs.delete(job.id);
        return undefined;
      default:
        return change satisfies never;
    }
  }

  /** A result can be read exactly when its item completed, and is of that attempt; no other attempt left bytes. */
  async expectResults(): Promise<void> {
    const [queue] = this.#queues;
    for (const lease of this.leases) {
      const item = this.model.jobs.get(lease.jobId)?.items[lease.index];
      const isResult = item?.state === 'completed' && item.attempt === lease.attempt;
      const kept = await queue.blobs.get(resultKey(lease));
      expect(await kept?.text(), `bytes of ${bytesOf(lease)}`).toBe(isResult ? bytesOf(lease) : undefined);
      if (item?.state === 'completed') {
        const { blob } = await clientOf(queue).result(lease.jobId, lease.index);
        expect(await blob.text()).toBe(bytesOf({ ...lease, attempt: item.attempt }));
      } else {
        expect(await refusalOf(() => clientOf(queue).result(lease.jobId, lease.index))).toBeTypeOf('string');
      }
    }
  }
}

function bytesOf({ id, attempt }: Pick<ProcessingItem, 'id' | 'attempt'>): string {
  return `${id}, attempt ${String(attempt)}`;
}

/** The code of the refusal, `undefined` when there was none. */
async function refusalOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (cause) {
    if (cause instanceof QueueError) return cause.code;
    throw cause;
  }
}
