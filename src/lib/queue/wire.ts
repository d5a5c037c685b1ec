import * as z from 'zod/mini';
import { runOf, stateOf, type Item, type StoredJob, type Webhook } from './job.ts';
import { turnOf } from './lease-order.ts';
import { STATES, totalOf } from './states.ts';
import type { Removal } from './store.ts';

/*
 * What goes over the wire, as schemas: clients parse answers with them, tests hold both hosts to them, and the types
 * of what the routes send are inferred from them.
 */

const isoTime = z.iso.datetime();
const count = z.int().check(z.nonnegative());
const positive = z.int().check(z.positive());

const messageWire = z.object({ code: z.string(), message: z.string() });

export const resultWire = z.object({
  index: count,
  filename: z.string(),
  status: z.enum(STATES),
  /** Path of the result on the same host; null until there is one. */
  url: z.nullable(z.string()),
  width: z.nullable(positive),
  height: z.nullable(positive),
  bytes: z.nullable(count),
  warnings: z.array(messageWire),
  error: z.nullable(messageWire),
});

/** Whether whoever is to be told of a job's end has been. */
export const webhookWire = z.object({
  url: z.string(),
  /** `waiting`: the job is not over; `due`: it is to be told, the first time or again. */
  status: z.enum(['waiting', 'due', 'delivered', 'failed']),
  /** Tries that were begun. */
  attempts: count,
  next_attempt_at: z.nullable(isoTime),
  delivered_at: z.nullable(isoTime),
  /** Why the newest try failed. */
  error: z.nullable(messageWire),
});

export const jobWire = z.object({
  id: z.uuid(),
  status: z.enum(STATES),
  type: z.enum(['single', 'batch']),
  created_at: isoTime,
  started_at: z.nullable(isoTime),
  completed_at: z.nullable(isoTime),
  progress: z.object({
    total: positive,
    processed: count,
    failed: count,
  }),
  model: z.string(),
  /** Place in line: of the jobs that wait, the one with the lowest (as text) is next. */
  turn: z.string(),
  /** Grows with every retry; `cancel` and `retry` may be told which run they are about. */
  run: count,
  /** What the client that submitted it called it. */
  idempotency_key: z.nullable(z.string()),
  /** As they were asked for; those that are not there have their defaults. */
  options: z.record(z.string(), z.unknown()),
  filenames: z.array(z.string()),
  results: z.array(resultWire),
  /** Why the job failed, as a sentence; null unless it did. */
  error: z.nullable(z.string()),
  /** Of a job that was submitted with a `webhook_url`. */
  webhook: z.optional(webhookWire),
});

export const submitWire = z.object({
  job_id: z.uuid(),
  status: z.literal('queued'),
  job_type: z.enum(['single', 'batch']),
  files_count: positive,
  model: z.string(),
  message: z.string(),
});

export const jobListWire = z.object({
  total: count,
  jobs: z.array(jobWire),
  next_cursor: z.nullable(z.string()),
});

export const statsWire = z.object({
  stats: z.object({
    pending: count,
    processing: count,
    completed: count,
    failed: count,
    cancelled: count,
    total: count,
  }),
  worker: z.object({
    status: z.enum(['running', 'stopped']),
    active_jobs: count,
    max_concurrent: count,
    /** Then nothing that waits is begun, until somebody resumes the queue. */
    paused: z.boolean(),
  }),
});

export const pauseWire = z.object({ paused: z.boolean(), message: z.string() });

export const orderWire = z.object({ job_ids: z.array(z.uuid()), message: z.string() });

export const jobActionWire = z.object({ job_id: z.uuid(), status: z.enum(STATES), message: z.string() });

export const deletedWire = z.object({ job_id: z.uuid(), message: z.string() });

export const healthWire = z.object({
  status: z.literal('healthy'),
  service: z.string(),
  version: z.string(),
});

export const modelsWire = z.object({
  default: z.string(),
  models: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      default: z.boolean(),
      installed: z.boolean(),
      bytes: positive,
      licence: z.string(),
      commercial_use: z.boolean(),
    }),
  ),
});

export const serviceWire = z.object({
  service: z.string(),
  version: z.string(),
  description: z.string(),
  endpoints: z.record(z.string(), z.string()),
});

const deletion = {
  job_id: z.uuid(),
  /** `expired`: nobody deleted it, it was over for longer than this host keeps jobs. */
  reason: z.enum(['deleted', 'expired']),
  idempotency_key: z.nullable(z.string()),
};

/** The data of the event `deleted`. */
export const deletionWire = z.object(deletion);

export const changesWire = z.object({
  changes: z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('job'), sequence: z.int(), job: jobWire }),
      z.object({ type: z.literal('deleted'), sequence: z.int(), ...deletion }),
    ]),
  ),
  /** Pass it as `since` to go on from here. Less than `since` when the feed does not reach as far (any more). */
  next_since: count,
  /** Names this history. When it is another one, begin again with `since=0`. */
  feed: z.string(),
  /** Who has `since` from before this has missed deletions. Begin again with `since=0`, which lists all jobs there are. */
  complete_since: count,
});

export const batchWire = z.object({
  total: count,
  successful: count,
  failed: count,
  results: z.array(
    z.object({ index: z.int(), filename: z.string(), dataUrl: z.string(), success: z.literal(true) }),
  ),
  errors: z.array(z.object({ index: z.int(), filename: z.string(), error: z.string(), code: z.string() })),
});

/** RFC 9457 problem details, with a `code` for programs; `detail` is a sentence that a person can act on. */
export const problemWire = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int().check(z.minimum(400), z.maximum(599)),
  detail: z.string().check(z.minLength(1)),
  code: z.string(),
});

export type JobWire = z.infer<typeof jobWire>;
export type WebhookWire = z.infer<typeof webhookWire>;
export type ResultWire = z.infer<typeof resultWire>;
export type SubmitWire = z.infer<typeof submitWire>;
export type JobListWire = z.infer<typeof jobListWire>;
export type StatsWire = z.infer<typeof statsWire>;
export type JobActionWire = z.infer<typeof jobActionWire>;
export type PauseWire = z.infer<typeof pauseWire>;
export type OrderWire = z.infer<typeof orderWire>;
export type DeletedWire = z.infer<typeof deletedWire>;
export type HealthWire = z.infer<typeof healthWire>;
export type ModelsWire = z.infer<typeof modelsWire>;
export type ModelWire = ModelsWire['models'][number];
export type ServiceWire = z.infer<typeof serviceWire>;
export type ChangesWire = z.infer<typeof changesWire>;
export type DeletionWire = z.infer<typeof deletionWire>;
export type BatchWire = z.infer<typeof batchWire>;
export type ProblemWire = z.infer<typeof problemWire>;

function toIso(at: number): string {
  return new Date(at).toISOString();
}

export function resultPath(jobId: string, index: number): string {
  return `/queue/job/${jobId}/result/${String(index)}`;
}

export function toDeletionWire({ jobId, reason, idempotencyKey }: Omit<Removal, 'sequence'>): DeletionWire {
  return { job_id: jobId, reason, idempotency_key: idempotencyKey };
}

function toResultWire(item: Item): ResultWire {
  const done = item.state === 'completed' ? item.result : null;
  return {
    index: item.index,
    filename: item.filename,
    status: item.state,
    url: done && resultPath(item.jobId, item.index),
    width: done && done.width,
    height: done && done.height,
    bytes: done && done.bytes,
    warnings: done ? [...done.warnings] : [],
    error: item.state === 'failed' ? item.failure : null,
  };
}

function toWebhookWire(webhook: Webhook): WebhookWire {
  const { url, state: status } = webhook;
  return {
    url,
    status,
    attempts: webhook.state === 'waiting' ? 0 : webhook.attempt,
    next_attempt_at: webhook.state === 'due' ? toIso(webhook.dueAt) : null,
    delivered_at: webhook.state === 'delivered' ? toIso(webhook.at) : null,
    error: (webhook.state === 'due' || webhook.state === 'failed' ? webhook.failure : null) ?? null,
  };
}

/** `progress.processed` counts the images that succeeded or failed; `failed` those among them that failed. */
export function toJobWire({ job, items }: StoredJob): JobWire {
  const { counts } = job;
  const status = stateOf(job);
  const firstFailure = items.find((item) => item.state === 'failed')?.failure;
  return {
    id: job.id,
    status,
    type: job.type,
    created_at: toIso(job.createdAt),
    started_at: job.startedAt === null ? null : toIso(job.startedAt),
    completed_at: job.completedAt === null ? null : toIso(job.completedAt),
    progress: {
      total: totalOf(counts),
      processed: counts.completed + counts.failed,
      failed: counts.failed,
    },
    model: job.model,
    turn: turnOf(job),
    run: runOf(job),
    idempotency_key: job.idempotency && job.idempotency.key,
    options: { ...job.options },
    filenames: items.map((item) => item.filename),
    results: items.map(toResultWire),
    error: status === 'failed' ? (firstFailure?.message ?? null) : null,
    ...(job.webhook && { webhook: toWebhookWire(job.webhook) }),
  };
}
