import type { Item, Job, PendingItem, ProcessingItem, StoredJob } from '#queue/job.ts';
import { leaseOrder, LONGEST_WAIT_MILLIS } from '#queue/lease-order.ts';
import { NO_COUNTS, STATES, totalOf, type StateCounts } from '#queue/states.ts';
import type { Change, FeedPosition, ListPage, ListQuery, RemovalReason, Usage } from '#queue/store.ts';
import type { DatabaseSync, SQLTagStore } from 'node:sqlite';
import { z } from 'zod';
import { itemColumns, jobColumns, toFeed, toItem, toJob, toRemoval, type JobAt } from '../rows.ts';

const START_OF_LIST = { createdAt: Number.MAX_SAFE_INTEGER, id: '' };

const idRow = z.object({ id: z.string() });
const pausedRow = z.object({ paused: z.int() });
const headRow = z.object({ head: z.int() });
const dueRow = z.object({ due: z.int().nullable() });
const amount = z.int().nonnegative();
const totalRow = z.object({ state: z.enum(STATES), jobs: amount, waiting: amount, bytes: amount });
const goneRow = z.object({ tenant: z.string(), idempotency_key: z.string().nullable() });
const changeRow = z.object({ job_id: z.string(), removed: z.int() });

/**
 * The statements, each prepared once. Every method runs inside a transaction that its caller opened, and each of them
 * is a few index look-ups, however many jobs there are.
 */
export class Tables {
  readonly #sql: SQLTagStore;

  constructor(db: DatabaseSync) {
    this.#sql = db.createTagStore();
  }

  // Jobs

  job(id: string): JobAt | undefined {
    const row = this.#sql.get`SELECT * FROM jobs WHERE id = ${id}`;
    return row && toJob(row);
  }

  stored(id: string): StoredJob | undefined {
    const found = this.job(id);
    return found && { ...found, items: this.itemsOf(id) };
  }

  storedByKey(tenant: string, idempotencyKey: string): StoredJob | undefined {
    const row = this.#sql.get`
      SELECT id FROM jobs WHERE tenant = ${tenant} AND idempotency_key = ${idempotencyKey}`;
    return row && this.stored(idRow.parse(row).id);
  }

  /** @returns its sequence number */
  addJob(job: Job): number {
    const sequence = this.#nextSequence();
    const { state, completedAt, waiting, bytes, webhookDueAt, body } = jobColumns(job);
    this.#sql.run`
      INSERT INTO jobs
        (id, tenant, state, created_at, completed_at, sequence, idempotency_key, waiting, bytes, webhook_due_at, body)
      VALUES
        (${job.id}, ${job.tenant}, ${state}, ${job.createdAt}, ${completedAt}, ${sequence},
          ${job.idempotency?.key ?? null}, ${waiting}, ${bytes}, ${webhookDueAt}, ${body})`;
    return sequence;
  }

  /** @returns its new sequence number */
  saveJob(job: Job): number {
    const sequence = this.#nextSequence();
    const { state, completedAt, waiting, bytes, webhookDueAt, body } = jobColumns(job);
    this.#sql.run`
      UPDATE jobs SET state = ${state}, completed_at = ${completedAt}, sequence = ${sequence},
        waiting = ${waiting}, bytes = ${bytes}, webhook_due_at = ${webhookDueAt}, body = ${body}
      WHERE id = ${job.id}`;
    return sequence;
  }

  /** Saves what no client sees: the job keeps its sequence number. */
  saveUnseen(job: Job): void {
    const { webhookDueAt, body } = jobColumns(job);
    this.#sql.run`UPDATE jobs SET webhook_due_at = ${webhookDueAt}, body = ${body} WHERE id = ${job.id}`;
  }

  dueWebhooks(now: number, limit: number): Job[] {
    const rows = this.#sql.all`
      SELECT * FROM jobs WHERE webhook_due_at <= ${now} ORDER BY webhook_due_at LIMIT ${limit}`;
    return rows.map((row) => toJob(row).job);
  }

  removeJob(id: string, now: number, reason: RemovalReason = 'deleted'): boolean {
    const deleted = this.#sql.get`DELETE FROM jobs WHERE id = ${id} RETURNING tenant, idempotency_key`;
    if (deleted === undefined) return false;
    const { tenant, idempotency_key: key } = goneRow.parse(deleted);
    const sequence = this.#nextSequence();
    this.#sql.run`
      INSERT INTO removed_jobs (job_id, tenant, sequence, removed_at, expired, idempotency_key)
      VALUES (${id}, ${tenant}, ${sequence}, ${now}, ${reason === 'expired' ? 1 : 0}, ${key})`;
    return true;
  }

  list({ tenant, state, limit, after = START_OF_LIST }: ListQuery): ListPage {
    const ids =
      state === undefined
        ? this.#sql.all`
            SELECT id FROM jobs WHERE tenant = ${tenant} AND (created_at, id) < (${after.createdAt}, ${after.id})
            ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`
        : this.#sql.all`
            SELECT id FROM jobs
            WHERE tenant = ${tenant} AND state = ${state} AND (created_at, id) < (${after.createdAt}, ${after.id})
            ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`;
    const jobs = ids.slice(0, limit).flatMap((row) => this.stored(idRow.parse(row).id) ?? []);
    const counts = this.counts(tenant);
    return {
      total: state === undefined ? totalOf(counts) : counts[state],
      jobs,
      hasMore: ids.length > limit,
    };
  }

  counts(tenant?: string): StateCounts {
    const counts = { ...NO_COUNTS };
    for (const { state, jobs } of this.#totals(tenant)) counts[state] += jobs;
    return counts;
  }

  usage(tenant?: string): Usage {
    const usage = { jobs: 0, waiting: 0, bytes: 0 };
    for (const { jobs, waiting, bytes } of this.#totals(tenant)) {
      usage.jobs += jobs;
      usage.waiting += waiting;
      usage.bytes += bytes;
    }
    return usage;
  }

  #totals(tenant?: string) {
    const rows =
      tenant === undefined
        ? this.#sql.all`SELECT * FROM totals`
        : this.#sql.all`SELECT * FROM totals WHERE tenant = ${tenant}`;
    return rows.map((row) => totalRow.parse(row));
  }

  over(before: number, limit: number): string[] {
    const rows = this.#sql.all`
      SELECT id FROM jobs WHERE completed_at < ${before} ORDER BY completed_at LIMIT ${limit}`;
    return rows.map((row) => idRow.parse(row).id);
  }

  // Items

  itemsOf(jobId: string): Item[] {
    return this.#sql.all`SELECT * FROM items WHERE job_id = ${jobId} ORDER BY position`.map(toItem);
  }

  item(id: string): Item | undefined {
    const row = this.#sql.get`SELECT * FROM items WHERE id = ${id}`;
    return row && toItem(row);
  }

  addItem(item: PendingItem, job: Job): void {
    const { state, ready, availableAt, body } = itemColumns(item, job.createdAt);
    this.#sql.run`
      INSERT INTO items (id, job_id, position, state, lease_order, ready, available_at, body)
      VALUES (${item.id}, ${job.id}, ${item.index}, ${state}, ${leaseOrder(job, item.index)}, ${ready}, ${availableAt}, ${body})`;
  }

  saveItem(item: Item, now: number): void {
    const { state, ready, availableAt, leaseOwner, leaseUntil, body } = itemColumns(item, now);
    this.#sql.run`
      UPDATE items SET state = ${state}, ready = ${ready}, available_at = ${availableAt},
        lease_owner = ${leaseOwner}, lease_until = ${leaseUntil}, body = ${body}
      WHERE id = ${item.id}`;
  }

  /** To the place in line that their job has now. */
  moveItems(job: Job): void {
    for (const { id, index } of this.itemsOf(job.id)) {
      this.#sql.run`UPDATE items SET lease_order = ${leaseOrder(job, index)} WHERE id = ${id}`;
    }
  }

  /** Each waiting item is turned ready once, by whoever looks first after its time has come. */
  turnReady(now: number): void {
    this.#sql.run`
      UPDATE items SET ready = 1
      WHERE ready = 0 AND (available_at <= ${now} OR available_at > ${now + LONGEST_WAIT_MILLIS})`;
  }

  firstReady(): PendingItem | undefined {
    const row = this.#sql.get`SELECT * FROM items WHERE ready = 1 ORDER BY lease_order LIMIT 1`;
    const item = row && toItem(row);
    return item?.state === 'pending' ? item : undefined;
  }

  leased(endedBefore: number, limit: number): ProcessingItem[] {
    const rows = this.#sql.all`
      SELECT * FROM items WHERE lease_until < ${endedBefore} ORDER BY lease_until LIMIT ${limit}`;
    return rows.map(toItem).filter((item) => item.state === 'processing');
  }

  nextDueAt(): number | undefined {
    const row = this.paused()
      ? this.#sql.get`SELECT min(lease_until) AS due FROM items WHERE lease_until IS NOT NULL`
      : this.#sql.get`
          SELECT min(due) AS due FROM (
            SELECT min(available_at) AS due FROM items WHERE ready = 1 AND available_at IS NOT NULL
            UNION ALL SELECT min(available_at) FROM items WHERE ready = 0 AND available_at IS NOT NULL
            UNION ALL SELECT min(lease_until) FROM items WHERE lease_until IS NOT NULL)`;
    return dueRow.parse(row).due ?? undefined;
  }

  paused(): boolean {
    return pausedRow.parse(this.#sql.get`SELECT paused FROM feed`).paused === 1;
  }

  setPaused(paused: boolean): void {
    const wanted = paused ? 1 : 0;
    this.#sql.run`UPDATE feed SET paused = ${wanted}, head = head + 1 WHERE paused <> ${wanted}`;
  }

  // The change feed

  head(): number {
    return headRow.parse(this.#sql.get`SELECT head FROM feed`).head;
  }

  #nextSequence(): number {
    return headRow.parse(this.#sql.get`UPDATE feed SET head = head + 1 RETURNING head`).head;
  }

  changes(tenant: string, since: number, limit: number): Change[] {
    const rows = this.#sql.all`
      SELECT sequence, id AS job_id, 0 AS removed, 0 AS expired, NULL AS idempotency_key
        FROM jobs WHERE tenant = ${tenant} AND sequence > ${since}
      UNION ALL
      SELECT sequence, job_id, 1 AS removed, expired, idempotency_key
        FROM removed_jobs WHERE tenant = ${tenant} AND sequence > ${since}
      ORDER BY sequence LIMIT ${limit}`;
    return rows.flatMap((row): Change[] => {
      const { job_id: jobId, removed } = changeRow.parse(row);
      if (removed === 1) return [{ kind: 'removed', ...toRemoval(row) }];
      const job = this.stored(jobId);
      return job === undefined ? [] : [{ kind: 'changed', sequence: job.sequence, job }];
    });
  }

  feed(): FeedPosition {
    return toFeed(this.#sql.get`SELECT id, head, complete_since FROM feed`);
  }

  forgetRemoved(before: number): void {
    this.#sql.run`
      UPDATE feed SET complete_since = max(complete_since,
        coalesce((SELECT max(sequence) FROM removed_jobs WHERE removed_at < ${before}), 0))`;
    this.#sql.run`DELETE FROM removed_jobs WHERE removed_at < ${before}`;
  }
}
