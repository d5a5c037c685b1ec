import type { Item, Job, PendingItem, StoredJob } from '#queue/job.ts';
import type { RemovalReason } from '#queue/store.ts';
import { isReady, leaseOrder, LONGEST_WAIT_MILLIS } from '#queue/lease-order.ts';
import { z } from 'zod';
import { itemColumns, jobColumns, toItem, toJob } from '../rows.ts';
import { CHANNEL } from './change-listener.ts';
import type { Transaction, Values } from './database.ts';
import type { Rows, Versioned } from './reading.ts';

/* What is written, inside transactions. What gives out a sequence number is called by the holder of the lock only. */

const headRow = z.object({ head: z.string().transform(Number) });

/** The next sequence number, and word of it to all who listen, once this is committed. */
const NEXT = `fed AS (UPDATE offcut.feed SET head = head + 1 RETURNING head)`;
const TOLD = `SELECT head, pg_notify('${CHANNEL}', head::text) FROM fed`;

/** An item's row, besides what never changes. */
function itemRecord(item: Item, ticket: string | null, now: number) {
  const { state, availableAt, leaseOwner, leaseUntil, body } = itemColumns(item, now);
  return {
    id: item.id,
    state,
    ready: isReady(item, now),
    available_at: availableAt,
    lease_owner: leaseOwner,
    lease_until: leaseUntil,
    ticket,
    body,
  };
}

const RECORD = `id text, state text, ready boolean, available_at bigint, lease_owner text, lease_until bigint,
  ticket uuid, body text`;
const CHANGED = `state = r.state, ready = r.ready, available_at = r.available_at, lease_owner = r.lease_owner,
  lease_until = r.lease_until, ticket = r.ticket, body = r.body`;

/** An item with the ticket that it has after a change. */
export interface ItemWithTicket {
  readonly item: Item;
  readonly ticket: string | null;
}

export async function addItems(tx: Transaction, job: Job, items: readonly ItemWithTicket[]): Promise<void> {
  const records = items.map(({ item, ticket }) => ({
    ...itemRecord(item, ticket, job.createdAt),
    position: item.index,
    lease_order: leaseOrder(job, item.index),
  }));
  await tx.rows(
    `INSERT INTO offcut.items
        (id, job_id, position, lease_order, state, ready, available_at, lease_owner, lease_until, ticket, body)
      SELECT id, $2, position, lease_order, state, ready, available_at, lease_owner, lease_until, ticket, body
      FROM json_to_recordset($1) AS r (${RECORD}, position integer, lease_order text)`,
    [JSON.stringify(records), job.id],
  );
}

/** @returns its sequence number */
export async function addJob(tx: Transaction, job: Job): Promise<number> {
  const { state, completedAt, waiting, bytes, webhookDueAt, body } = jobColumns(job);
  const key = job.idempotency?.key ?? null;
  const [row] = await tx.rows(
    `WITH ${NEXT}, added AS (
        INSERT INTO offcut.jobs (id, tenant, state, created_at, completed_at, sequence, idempotency_key,
          waiting, bytes, webhook_due_at, body)
        SELECT $1, $2, $3, $4, $5, head, $6, $7, $8, $9, $10 FROM fed)
      ${TOLD}`,
    [job.id, job.tenant, state, job.createdAt, completedAt, key, waiting, bytes, webhookDueAt, body],
  );
  return headRow.parse(row).head;
}

/** Writes a job and those of its items that changed, as one visible change. @returns its new sequence number */
export async function save(
  tx: Transaction,
  job: Job,
  items: readonly ItemWithTicket[],
  now: number,
): Promise<number> {
  const { state, completedAt, waiting, bytes, webhookDueAt, body } = jobColumns(job);
  const records = items.map(({ item, ticket }) => itemRecord(item, ticket, now));
  const [row] = await tx.rows(
    `WITH ${NEXT},
      changed AS (
        UPDATE offcut.items i SET ${CHANGED} FROM json_to_recordset($1) AS r (${RECORD}) WHERE i.id = r.id),
      saved AS (
        UPDATE offcut.jobs SET state = $3, completed_at = $4, waiting = $5, bytes = $6, webhook_due_at = $7,
          body = $8, sequence = head
        FROM fed WHERE id = $2)
      ${TOLD}`,
    [JSON.stringify(records), job.id, state, completedAt, waiting, bytes, webhookDueAt, body],
  );
  return headRow.parse(row).head;
}

/** Saves what no client sees: the job keeps its sequence number. */
export async function saveUnseen(tx: Transaction, job: Job): Promise<void> {
  const { webhookDueAt, body } = jobColumns(job);
  await tx.rows('UPDATE offcut.jobs SET webhook_due_at = $2, body = $3 WHERE id = $1', [
    job.id,
    webhookDueAt,
    body,
  ]);
}

/** Puts the items of a job where it is in line now. */
export async function moveItems(tx: Transaction, { job, items }: StoredJob): Promise<void> {
  const orders = items.map(({ id, index }) => ({ id, lease_order: leaseOrder(job, index) }));
  await tx.rows(
    `UPDATE offcut.items i SET lease_order = r.lease_order
      FROM json_to_recordset($1) AS r (id text, lease_order text) WHERE i.id = r.id`,
    [JSON.stringify(orders)],
  );
}

/** When it makes a difference, a sequence number goes to no job, so that all who watch hear of it. */
export async function setPaused(tx: Transaction, paused: boolean): Promise<void> {
  await tx.rows(
    `WITH fed AS (UPDATE offcut.feed SET paused = $1, head = head + 1 WHERE paused <> $1 RETURNING head) ${TOLD}`,
    [paused],
  );
}

const jobRow = z.object({ job: z.unknown() });

/**
 * Prolongs a lease, without a lock: unless anybody wrote the item since it was read.
 * @returns its job and ticket, or `undefined` when somebody did
 */
export async function prolong(
  db: Rows,
  { version }: Versioned,
  next: Item,
  now: number,
): Promise<{ job: Job; ticket: string | null } | undefined> {
  const { leaseOwner, leaseUntil, body } = itemColumns(next, now);
  const values: Values = [next.id, version, leaseOwner, leaseUntil, body];
  const [row] = await db.rows(
    `UPDATE offcut.items i SET lease_owner = $3, lease_until = $4, body = $5
      WHERE i.id = $1 AND i.xmin::text = $2
      RETURNING ticket, (SELECT row_to_json(j) FROM offcut.jobs j WHERE j.id = i.job_id) AS job`,
    values,
  );
  if (row === undefined) return undefined;
  const { ticket, job } = jobRow.extend({ ticket: z.string().nullable() }).parse(row);
  return { ticket, job: toJob(job).job };
}

const placeRow = jobRow.extend({ item: z.unknown(), ticket: z.string().nullable() });

/** The ticket of an item and its job. `undefined` when the item was written since it was read. */
export async function placeOf(
  tx: Transaction,
  { item, version }: Versioned,
): Promise<{ job: Job; ticket: string | null } | undefined> {
  const [row] = await tx.rows(
    `SELECT i.ticket, row_to_json(j) AS job FROM offcut.items i JOIN offcut.jobs j ON j.id = i.job_id
      WHERE i.id = $1 AND i.xmin::text = $2`,
    [item.id, version],
  );
  if (row === undefined) return undefined;
  const { job, ticket } = placeRow.omit({ item: true }).parse(row);
  return { job: toJob(job).job, ticket };
}

const ticketRow = z.object({ position: z.int(), ticket: z.string().nullable() });

/** The tickets of a job's items, by index. */
export async function ticketsOf(tx: Transaction, jobId: string): Promise<(string | null)[]> {
  const rows = await tx.rows(
    'SELECT position, ticket FROM offcut.items WHERE job_id = $1 ORDER BY position',
    [jobId],
  );
  return rows.map((row) => ticketRow.parse(row).ticket);
}

/** Items whose time has come by `now` become ready, each with a ticket that pg-boss does not know yet. */
export function wakeSql(now: number): string {
  return `UPDATE offcut.items i SET ready = true, ticket = gen_random_uuid()
    FROM offcut.jobs j WHERE j.id = i.job_id AND NOT i.ready
      AND (i.available_at <= ${literal(now)} OR i.available_at > ${literal(now + LONGEST_WAIT_MILLIS)})
    RETURNING row_to_json(i) AS item, row_to_json(j) AS job, i.ticket`;
}

/** The item that is to be leased next. */
export const FIRST_READY = `SELECT row_to_json(i) AS item, row_to_json(j) AS job, i.ticket
  FROM offcut.items i JOIN offcut.jobs j ON j.id = i.job_id
  WHERE i.ready AND NOT (SELECT paused FROM offcut.feed) ORDER BY i.lease_order LIMIT 1`;

export function toPlace(row: unknown): { item: PendingItem; job: Job; ticket: string } {
  const { item: itemRow, job, ticket } = placeRow.parse(row);
  const item = toItem(itemRow);
  if (item.state !== 'pending' || ticket === null)
    throw new Error(`Item ${item.id} is ready without being pending.`);
  return { item, job: toJob(job).job, ticket };
}

/** Gives `ticket` to whoever has `taken`: tickets of ready items are worth the same. */
export async function exchangeTicket(tx: Transaction, taken: string, ticket: string): Promise<void> {
  await tx.rows('UPDATE offcut.items SET ticket = $2 WHERE ticket = $1', [taken, ticket]);
}

/** @returns the tickets of its items; `undefined` when there is no such job */
export async function removeJob(
  tx: Transaction,
  jobId: string,
  now: number,
  reason: RemovalReason,
): Promise<string[] | undefined> {
  const tickets = await ticketsOf(tx, jobId);
  const removed = await tx.rows(
    `WITH gone AS (DELETE FROM offcut.jobs WHERE id = $1 RETURNING tenant, idempotency_key),
      fed AS (UPDATE offcut.feed SET head = head + 1 WHERE EXISTS (SELECT FROM gone) RETURNING head),
      noted AS (
        INSERT INTO offcut.removed_jobs (job_id, tenant, sequence, removed_at, expired, idempotency_key)
        SELECT $1, tenant, head, $2, $3, idempotency_key FROM gone, fed)
      ${TOLD}`,
    [jobId, now, reason === 'expired'],
  );
  return removed.length === 0 ? undefined : tickets.filter((ticket) => ticket !== null);
}

export async function forgetRemoved(db: Rows, before: number): Promise<void> {
  await db.rows(
    `WITH forgotten AS (DELETE FROM offcut.removed_jobs WHERE removed_at < $1 RETURNING sequence)
      UPDATE offcut.feed SET complete_since = greatest(complete_since, (SELECT max(sequence) FROM forgotten))
      WHERE EXISTS (SELECT FROM forgotten)`,
    [before],
  );
  // A transaction whose end is unknown is asked for within seconds.
  await db.rows(`DELETE FROM offcut.receipts WHERE at < now() - interval '1 hour'`);
}

/** A number as SQL, where a statement cannot have parameters. */
function literal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${String(value)} is no time.`);
  return String(Math.round(value));
}
