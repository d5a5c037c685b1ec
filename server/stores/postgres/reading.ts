import { LONGEST_WAIT_MILLIS } from '#queue/lease-order.ts';
import type { Item, Job, ProcessingItem, StoredJob } from '#queue/job.ts';
import { NO_COUNTS, STATES, totalOf, type StateCounts } from '#queue/states.ts';
import type { Change, FeedPosition, ListPage, ListQuery, Usage } from '#queue/store.ts';
import { z } from 'zod';
import { toFeed, toItem, toJob, toRemoval } from '../rows.ts';
import type { Values } from './database.ts';

/*
 * What is read. Each is one statement, and so one consistent state of the database, and a few index look-ups, however
 * many jobs there are. Rows come as JSON, which has numbers where pg would answer BIGINT as text.
 */

export interface Rows {
  rows(text: string, values?: Values): Promise<unknown[]>;
}

const STORED = `row_to_json(j) AS job,
  (SELECT coalesce(json_agg(i ORDER BY i.position), '[]') FROM offcut.items i WHERE i.job_id = j.id) AS items`;

const storedRow = z.object({ job: z.unknown(), items: z.array(z.unknown()) });
const jobRow = z.object({ job: z.unknown() });
const itemRow = z.object({ item: z.unknown() });
const numberRow = z.object({ number: z.int().nullable() });
const idRow = z.object({ id: z.string() });

function toStored(row: unknown): StoredJob {
  const { job, items } = storedRow.parse(row);
  return { ...toJob(job), items: items.map(toItem) };
}

export async function stored(db: Rows, jobId: string): Promise<StoredJob | undefined> {
  const [row] = await db.rows(`SELECT ${STORED} FROM offcut.jobs j WHERE j.id = $1`, [jobId]);
  return row === undefined ? undefined : toStored(row);
}

export async function storedByKey(db: Rows, tenant: string, key: string): Promise<StoredJob | undefined> {
  const [row] = await db.rows(
    `SELECT ${STORED} FROM offcut.jobs j WHERE j.tenant = $1 AND j.idempotency_key = $2`,
    [tenant, key],
  );
  return row === undefined ? undefined : toStored(row);
}

const pageRow = z.object({ page: z.array(z.unknown()), totals: z.record(z.string(), z.int()) });

export async function list(db: Rows, query: ListQuery): Promise<ListPage> {
  const { tenant, state, limit, after } = query;
  const values: (string | number)[] = [tenant, limit + 1];
  const conditions = ['j.tenant = $1'];
  if (state !== undefined) conditions.push(`j.state = $${String(values.push(state))}`);
  if (after !== undefined) {
    const [at, id] = [values.push(after.createdAt), values.push(after.id)];
    conditions.push(`(j.created_at, j.id) < ($${String(at)}, $${String(id)})`);
  }
  const [row] = await db.rows(
    `SELECT
      (SELECT coalesce(json_agg(found), '[]') FROM (
        SELECT ${STORED} FROM offcut.jobs j WHERE ${conditions.join(' AND ')}
        ORDER BY j.created_at DESC, j.id DESC LIMIT $2) found) AS page,
      (SELECT coalesce(json_object_agg(state, jobs), '{}') FROM offcut.totals WHERE tenant = $1) AS totals`,
    values,
  );
  const { page, totals } = pageRow.parse(row);
  return {
    total: state === undefined ? totalOf({ ...NO_COUNTS, ...totals }) : (totals[state] ?? 0),
    jobs: page.slice(0, limit).map(toStored),
    hasMore: page.length > limit,
  };
}

const amount = z.int().nonnegative();
const totalRow = z.object({
  total: z.object({
    tenant: z.string(),
    state: z.enum(STATES),
    jobs: amount,
    waiting: amount,
    bytes: amount,
  }),
});

async function totals(db: Rows, tenant?: string) {
  const where = tenant === undefined ? '' : 'WHERE tenant = $1';
  const rows = await db.rows(
    `SELECT row_to_json(t) AS total FROM offcut.totals t ${where}`,
    tenant === undefined ? [] : [tenant],
  );
  return rows.map((row) => totalRow.parse(row).total);
}

export async function counts(db: Rows, tenant?: string): Promise<StateCounts> {
  const counts = { ...NO_COUNTS };
  for (const { state, jobs } of await totals(db, tenant)) counts[state] += jobs;
  return counts;
}

export async function usage(db: Rows, tenant?: string): Promise<Usage> {
  return added(await totals(db, tenant));
}

export async function usages(db: Rows, tenant: string): Promise<{ all: Usage; ofTenant: Usage }> {
  const found = await totals(db);
  return { all: added(found), ofTenant: added(found.filter((total) => total.tenant === tenant)) };
}

function added(totals: readonly Usage[]): Usage {
  const usage = { jobs: 0, waiting: 0, bytes: 0 };
  for (const { jobs, waiting, bytes } of totals) {
    usage.jobs += jobs;
    usage.waiting += waiting;
    usage.bytes += bytes;
  }
  return usage;
}

const versionedRow = z.object({ item: z.unknown(), version: z.string() });

/** An item, and what tells whether anybody has written it since. */
export interface Versioned {
  readonly item: Item;
  readonly version: string;
}

export async function item(db: Rows, itemId: string): Promise<Versioned | undefined> {
  const [row] = await db.rows(
    'SELECT row_to_json(i) AS item, i.xmin::text AS version FROM offcut.items i WHERE i.id = $1',
    [itemId],
  );
  if (row === undefined) return undefined;
  const { item, version } = versionedRow.parse(row);
  return { item: toItem(item), version };
}

export async function processing(
  db: Rows,
  { leaseEndedBefore = Number.MAX_SAFE_INTEGER, limit }: { leaseEndedBefore?: number; limit: number },
): Promise<ProcessingItem[]> {
  const rows = await db.rows(
    `SELECT row_to_json(i) AS item FROM offcut.items i
      WHERE i.lease_until < $1 ORDER BY i.lease_until LIMIT $2`,
    [leaseEndedBefore, limit],
  );
  return rows.map((row) => toItem(itemRow.parse(row).item)).filter((item) => item.state === 'processing');
}

export async function nextDueAt(db: Rows): Promise<number | undefined> {
  const [row] = await db.rows(
    `SELECT least(
      (SELECT min(available_at) FROM offcut.items WHERE ready AND available_at IS NOT NULL AND NOT paused),
      (SELECT min(available_at) FROM offcut.items WHERE NOT ready AND available_at IS NOT NULL AND NOT paused),
      (SELECT min(lease_until) FROM offcut.items WHERE lease_until IS NOT NULL))::float8 AS number
    FROM offcut.feed`,
  );
  return numberRow.parse(row).number ?? undefined;
}

export async function paused(db: Rows): Promise<boolean> {
  const [row] = await db.rows('SELECT paused FROM offcut.feed');
  return z.object({ paused: z.boolean() }).parse(row).paused;
}

/** Is there anything to lease at `now`? Asked before a lease, since whoever has nothing to do asks often. */
export async function isAnyReady(db: Rows, now: number): Promise<boolean> {
  const [row] = await db.rows(
    `SELECT NOT paused AND (EXISTS (SELECT FROM offcut.items WHERE ready)
      OR EXISTS (SELECT FROM offcut.items WHERE NOT ready AND available_at <= $1)
      OR EXISTS (SELECT FROM offcut.items WHERE NOT ready AND available_at > $2)) AS any FROM offcut.feed`,
    [now, now + LONGEST_WAIT_MILLIS],
  );
  return z.object({ any: z.boolean() }).parse(row).any;
}

export async function finished(
  db: Rows,
  { completedBefore, limit }: { completedBefore: number; limit: number },
): Promise<string[]> {
  const rows = await db.rows(
    'SELECT id FROM offcut.jobs WHERE completed_at < $1 ORDER BY completed_at LIMIT $2',
    [completedBefore, limit],
  );
  return rows.map((row) => idRow.parse(row).id);
}

export async function dueWebhooks(db: Rows, now: number, limit: number): Promise<Job[]> {
  const rows = await db.rows(
    `SELECT row_to_json(j) AS job FROM offcut.jobs j
      WHERE j.webhook_due_at <= $1 ORDER BY j.webhook_due_at LIMIT $2`,
    [now, limit],
  );
  return rows.map((row) => toJob(jobRow.parse(row).job).job);
}

const changeRow = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('changed'), job: z.unknown(), items: z.array(z.unknown()) }),
  z.object({ kind: z.literal('removed'), removal: z.unknown() }),
]);

export async function changes(db: Rows, tenant: string, since: number, limit: number): Promise<Change[]> {
  const rows = await db.rows(
    `(SELECT 'changed' AS kind, j.sequence, NULL::json AS removal, ${STORED}
        FROM offcut.jobs j WHERE j.tenant = $1 AND j.sequence > $2 ORDER BY j.sequence LIMIT $3)
      UNION ALL
      (SELECT 'removed', r.sequence, row_to_json(r), NULL, NULL
        FROM offcut.removed_jobs r WHERE r.tenant = $1 AND r.sequence > $2 ORDER BY r.sequence LIMIT $3)
      ORDER BY sequence LIMIT $3`,
    [tenant, since, limit],
  );
  return rows.map((row): Change => {
    const change = changeRow.parse(row);
    if (change.kind === 'removed') return { kind: 'removed', ...toRemoval(change.removal) };
    const job = toStored(change);
    return { kind: 'changed', sequence: job.sequence, job };
  });
}

export async function feed(db: Rows): Promise<FeedPosition> {
  const [row] = await db.rows('SELECT row_to_json(f) AS feed FROM offcut.feed f');
  return toFeed(z.object({ feed: z.unknown() }).parse(row).feed);
}

export async function head(db: Rows): Promise<number> {
  const [row] = await db.rows('SELECT head::float8 AS number FROM offcut.feed');
  return numberRow.parse(row).number ?? 0;
}
