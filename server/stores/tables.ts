import type { Item, Job, PendingItem, ProcessingItem, StoredJob } from '#queue/job.ts';
import { leaseOrder } from '#queue/lease-order.ts';
import { NO_COUNTS, STATES, totalOf, type StateCounts } from '#queue/states.ts';
import type { Change, ListPage, ListQuery } from '#queue/store.ts';
import type { DatabaseSync, SQLTagStore } from 'node:sqlite';
import { z } from 'zod';
import { itemColumns, jobColumns, toItem, toJob, type JobAt } from './rows.ts';

const START_OF_LIST = { createdAt: Number.MAX_SAFE_INTEGER, id: '' };

const idRow = z.object({ id: z.string() });
const headRow = z.object({ head: z.int() });
const dueRow = z.object({ due: z.int().nullable() });
const totalRow = z.object({ state: z.enum(STATES), jobs: z.int().nonnegative() });
const feedRow = z.object({ sequence: z.int(), job_id: z.string(), removed: z.int() });

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

  storedByKey(idempotencyKey: string): StoredJob | undefined {
    const row = this.#sql.get`SELECT id FROM jobs WHERE idempotency_key = ${idempotencyKey}`;
    return row && this.stored(idRow.parse(row).id);
  }

  /** @returns its sequence number */
  addJob(job: Job): number {
    const sequence = this.#nextSequence();
    const { state, completedAt, body } = jobColumns(job);
    this.#sql.run`
      INSERT INTO jobs (id, state, created_at, completed_at, sequence, idempotency_key, body)
      VALUES (${job.id}, ${state}, ${job.createdAt}, ${completedAt}, ${sequence}, ${job.idempotency?.key ?? null}, ${body})`;
    return sequence;
  }

  /** @returns its new sequence number */
  saveJob(job: Job): number {
    const sequence = this.#nextSequence();
    const { state, completedAt, body } = jobColumns(job);
    this.#sql.run`
      UPDATE jobs SET state = ${state}, completed_at = ${completedAt}, sequence = ${sequence}, body = ${body}
      WHERE id = ${job.id}`;
    return sequence;
  }

  removeJob(id: string, now: number): boolean {
    if (this.#sql.run`DELETE FROM jobs WHERE id = ${id}`.changes === 0) return false;
    const sequence = this.#nextSequence();
    this.#sql
      .run`INSERT INTO removed_jobs (job_id, sequence, removed_at) VALUES (${id}, ${sequence}, ${now})`;
    return true;
  }

  list({ state, limit, after = START_OF_LIST }: ListQuery): ListPage {
    const ids =
      state === undefined
        ? this.#sql.all`
            SELECT id FROM jobs WHERE (created_at, id) < (${after.createdAt}, ${after.id})
            ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`
        : this.#sql.all`
            SELECT id FROM jobs WHERE state = ${state} AND (created_at, id) < (${after.createdAt}, ${after.id})
            ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`;
    const jobs = ids.slice(0, limit).flatMap((row) => this.stored(idRow.parse(row).id) ?? []);
    const counts = this.counts();
    return {
      total: state === undefined ? totalOf(counts) : counts[state],
      jobs,
      hasMore: ids.length > limit,
    };
  }

  counts(): StateCounts {
    const rows = this.#sql.all`SELECT state, jobs FROM job_totals`.map((row) => totalRow.parse(row));
    return { ...NO_COUNTS, ...Object.fromEntries(rows.map(({ state, jobs }) => [state, jobs])) };
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

  /** Each waiting item is turned ready once, by whoever looks first after its time has come. */
  turnReady(now: number): void {
    this.#sql.run`UPDATE items SET ready = 1 WHERE ready = 0 AND available_at <= ${now}`;
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
    const row = this.#sql.get`
      SELECT min(due) AS due FROM (
        SELECT min(available_at) AS due FROM items WHERE ready = 1 AND available_at IS NOT NULL
        UNION ALL SELECT min(available_at) FROM items WHERE ready = 0 AND available_at IS NOT NULL
        UNION ALL SELECT min(lease_until) FROM items WHERE lease_until IS NOT NULL)`;
    return dueRow.parse(row).due ?? undefined;
  }

  // The change feed

  head(): number {
    return headRow.parse(this.#sql.get`SELECT head FROM feed`).head;
  }

  #nextSequence(): number {
    return headRow.parse(this.#sql.get`UPDATE feed SET head = head + 1 RETURNING head`).head;
  }

  changes(since: number, limit: number): Change[] {
    const rows = this.#sql.all`
      SELECT sequence, id AS job_id, 0 AS removed FROM jobs WHERE sequence > ${since}
      UNION ALL
      SELECT sequence, job_id, 1 AS removed FROM removed_jobs WHERE sequence > ${since}
      ORDER BY sequence LIMIT ${limit}`;
    return rows.flatMap((row): Change[] => {
      const { sequence, job_id: jobId, removed } = feedRow.parse(row);
      if (removed === 1) return [{ kind: 'removed', sequence, jobId }];
      const job = this.stored(jobId);
      return job === undefined ? [] : [{ kind: 'changed', sequence, job }];
    });
  }

  forgetRemoved(before: number): void {
    this.#sql.run`DELETE FROM removed_jobs WHERE removed_at < ${before}`;
  }
}
