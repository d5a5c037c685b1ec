import { stateOf, type Failure, type Item, type ItemResult, type Job, type Webhook } from '#queue/job.ts';
import { isReady } from '#queue/lease-order.ts';
import { jobOptions } from '#queue/options.ts';
import { STATES } from '#queue/states.ts';
import type { FeedPosition, Removal } from '#queue/store.ts';
import { z } from 'zod';

/*
 * Between rows of the database and the domain's types. What is read is parsed, so that a file that was edited by hand
 * or damaged fails here, with the field named, and not somewhere in the queue.
 */

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

const time = z.int();
const count = z.int().nonnegative();

const failure = z.object({ code: z.string(), message: z.string() }) satisfies z.ZodType<Failure>;

const url = z.string();
const webhook = z.discriminatedUnion('state', [
  z.object({ url, state: z.literal('waiting') }),
  z.object({ url, state: z.literal('due'), dueAt: time, attempt: count, failure: failure.optional() }),
  z.object({ url, state: z.literal('delivered'), at: time, attempt: count }),
  z.object({ url, state: z.literal('failed'), at: time, attempt: count, failure }),
]) satisfies z.ZodType<Webhook>;

const jobBody = z.object({
  type: z.enum(['single', 'batch']),
  model: z.string(),
  options: jobOptions,
  priority: z.int().min(0).max(9),
  startedAt: time.nullable(),
  counts: z.record(z.enum(STATES), count),
  fingerprint: z.string().nullable(),
  // Absent from what the first version wrote.
  webhook: webhook.nullable().default(null),
  turn: z.string().optional(),
  run: count.optional(),
});

const jobRow = z.object({
  id: z.string(),
  tenant: z.string(),
  created_at: time,
  completed_at: time.nullable(),
  sequence: count,
  idempotency_key: z.string().nullable(),
  bytes: count,
  body: json(jobBody),
});

/** A job without its items, and its place in the change feed. */
export interface JobAt {
  readonly job: Job;
  readonly sequence: number;
}

export function toJob(row: unknown): JobAt {
  const { created_at, completed_at, sequence, idempotency_key, body, ...columns } = jobRow.parse(row);
  const { fingerprint, ...rest } = body;
  const idempotency =
    idempotency_key === null || fingerprint === null ? null : { key: idempotency_key, fingerprint };
  return {
    sequence,
    job: { ...columns, ...rest, createdAt: created_at, completedAt: completed_at, idempotency },
  };
}

/** What of a job changes in its life, as columns. */
export function jobColumns(job: Job) {
  const { type, model, options, priority, startedAt, counts, idempotency, webhook, turn, run } = job;
  const fingerprint = idempotency?.fingerprint ?? null;
  const body = { type, model, options, priority, startedAt, counts, fingerprint, webhook, turn, run };
  return {
    state: stateOf(job),
    completedAt: job.completedAt,
    waiting: counts.pending + counts.processing,
    bytes: job.bytes,
    webhookDueAt: webhook?.state === 'due' ? webhook.dueAt : null,
    body: JSON.stringify(body),
  };
}

const removalRow = z.object({
  sequence: count,
  job_id: z.string(),
  // A number in SQLite.
  expired: z.union([z.boolean(), z.int()]),
  idempotency_key: z.string().nullable(),
});

export function toRemoval(row: unknown): Removal {
  const { sequence, job_id: jobId, expired, idempotency_key: idempotencyKey } = removalRow.parse(row);
  return { sequence, jobId, reason: expired ? 'expired' : 'deleted', idempotencyKey };
}

const feedRow = z
  .object({ id: z.string(), head: count, complete_since: count })
  .transform(({ complete_since: completeSince, ...rest }) => ({ ...rest, completeSince }));

export function toFeed(row: unknown): FeedPosition {
  return feedRow.parse(row);
}

const itemResult = z.object({
  mediaType: z.string(),
  bytes: count,
  width: count,
  height: count,
  subject: z.object({ left: count, top: count, width: count, height: count }).optional(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
}) satisfies z.ZodType<ItemResult>;

const itemBody = z.object({
  filename: z.string(),
  inputBytes: count,
  inputMediaType: z.string(),
  attempt: count,
  attemptsLeft: count,
});

const placed = z.object({ id: z.string(), job_id: z.string(), position: count });

const itemRow = z.discriminatedUnion('state', [
  placed.extend({
    state: z.literal('pending'),
    available_at: time,
    body: json(itemBody.extend({ lastFailure: failure.nullable() })),
  }),
  placed.extend({
    state: z.literal('processing'),
    lease_owner: z.string(),
    lease_until: time,
    body: json(itemBody),
  }),
  placed.extend({ state: z.literal('completed'), body: json(itemBody.extend({ result: itemResult })) }),
  placed.extend({ state: z.literal('failed'), body: json(itemBody.extend({ failure })) }),
  placed.extend({ state: z.literal('cancelled'), body: json(itemBody) }),
]);

export function toItem(row: unknown): Item {
  const parsed = itemRow.parse(row);
  const place = { id: parsed.id, jobId: parsed.job_id, index: parsed.position };
  switch (parsed.state) {
    case 'pending':
      return { ...place, ...parsed.body, state: 'pending', availableAt: parsed.available_at };
    case 'processing': {
      const lease = { owner: parsed.lease_owner, until: parsed.lease_until };
      return { ...place, ...parsed.body, state: 'processing', lease };
    }
    case 'completed':
      return { ...place, ...parsed.body, state: 'completed' };
    case 'failed':
      return { ...place, ...parsed.body, state: 'failed' };
    case 'cancelled':
      return { ...place, ...parsed.body, state: 'cancelled' };
    default:
      return parsed satisfies never;
  }
}

/** What of an item changes in its life, as columns. */
export function itemColumns(item: Item, now: number) {
  const { id: _id, jobId: _jobId, index: _index, state, ...rest } = item;
  const lease = item.state === 'processing' ? item.lease : null;
  return {
    state,
    ready: isReady(item, now) ? 1 : 0,
    availableAt: item.state === 'pending' ? item.availableAt : null,
    leaseOwner: lease && lease.owner,
    leaseUntil: lease && lease.until,
    // JSON leaves out what is undefined: these have columns.
    body: JSON.stringify({ ...rest, availableAt: undefined, lease: undefined }),
  };
}
