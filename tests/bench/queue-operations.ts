/**
 * The SQLite store: how fast jobs are taken in, alone and many at a time, and whether reading slows down as jobs pile
 * up: get, list, counts and lease with 1,000 jobs against 1,000,000, in one run.
 *
 *     node tests/bench/run.ts --only queue
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { v7 as newId } from 'uuid';
import { LOCAL_TENANT, type Job } from '#queue/job.ts';
import type { QueueStore } from '#queue/store.ts';
import * as transitions from '#queue/transitions.ts';
import { openDatabase } from '../../server/stores/sqlite/connection.ts';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { Tables } from '../../server/stores/sqlite/tables.ts';
import { sampleJob, type Sample } from '../contract/sample-job.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

const FEW = 1_000;
const MANY = 1_000_000;
const INSERTS = 2_000;
const READS = 500;

/** With ids as the server makes them. */
function newSample(): Sample {
  const { job, items } = sampleJob({ createdAt: Date.now() });
  const id = newId();
  return { job: { ...job, id }, items: items.map((item) => ({ ...item, id: newId(), jobId: id })) };
}

/** A store with `count` finished jobs and some that wait. Filled by one transaction after another, not durably. */
function filled(file: string, count: number): string[] {
  const db = openDatabase(file);
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -200000');
  const tables = new Tables(db);
  const ids: string[] = [];
  for (let made = 0; made < count;) {
    db.exec('BEGIN IMMEDIATE');
    for (let part = 0; part < 10_000 && made < count; part += 1, made += 1)
      ids.push(addFinished(tables, made));
    db.exec('COMMIT');
  }
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return ids;
}

function addFinished(tables: Tables, at: number): string {
  const { job, items } = newSample();
  const over: Job = {
    ...job,
    createdAt: at,
    startedAt: at,
    completedAt: at,
    counts: { ...job.counts, pending: 0, completed: 1 },
  };
  tables.addJob(over);
  const result = { mediaType: 'image/png', bytes: 99, width: 4, height: 3, warnings: [] };
  for (const item of items) {
    tables.addItem(item, over);
    tables.saveItem({ ...item, state: 'completed', result }, at);
  }
  return over.id;
}

async function perSecond(count: number, width: number, one: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return (count * 1000) / (performance.now() - began);
}

/** Microseconds of one call, by kind of call. */
async function reads(store: QueueStore, ids: readonly string[]): Promise<Record<string, number>> {
  const anyId = () => ids[Math.floor(Math.random() * ids.length)] ?? '';
  const calls: Record<string, () => Promise<unknown>> = {
    get: () => store.get(anyId()),
    'list (newest 20)': () => store.list({ tenant: LOCAL_TENANT, limit: 20 }),
    'list (20 failed)': () => store.list({ tenant: LOCAL_TENANT, state: 'failed', limit: 20 }),
    stats: () => store.counts(LOCAL_TENANT),
    changes: () => store.changes(LOCAL_TENANT, Math.floor(Math.random() * ids.length), 20),
    'lease and finish': () => leaseAndFinish(store),
  };
  const micros: Record<string, number> = {};
  for (const [name, call] of Object.entries(calls)) {
    micros[name] = 1_000_000 / (await perSecond(READS, 1, call));
  }
  return micros;
}

async function leaseAndFinish(store: QueueStore): Promise<void> {
  const { job, items } = newSample();
  await store.insert(job, items);
  const now = Date.now();
  const lease = { owner: 'bench', until: now + 30_000 };
  const taken = await store.lease(now, (item) => transitions.leased(item, lease));
  if (taken === undefined) throw new Error('There is nothing to lease.');
  const held = { owner: 'bench', attempt: taken.item.attempt };
  const result = { mediaType: 'image/png', bytes: 99, width: 4, height: 3, warnings: [] };
  await store.change(taken.item.id, (item) => transitions.completed(item, held, result), now);
}

async function benchInserts(report: Report, folder: string, rounds: number): Promise<void> {
  const store = openSqliteStore(path.join(folder, 'inserts.sqlite'));
  const insert = () => {
    const { job, items } = newSample();
    return store.insert(job, items);
  };
  const alone: number[] = [];
  const together: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await perSecond(INSERTS / 4, 1, insert));
    together.push(await perSecond(INSERTS, 64, insert));
  }
  await store.close();
  const ratios = together.map((rate, round) => rate / (alone[round] ?? Number.NaN));
  const rate = { unit: 'jobs/s', better: 'more' } as const;
  report.add({ name: 'durable, one at a time', ...rate, values: alone });
  report.add({ name: 'durable, 64 clients at a time', ...rate, values: together });
  report.add({ name: '64 clients / one', better: 'more', values: ratios });
}

async function benchReads(report: Report, folder: string, many: number, count: number): Promise<void> {
  const sizes = [FEW, many].map((count) => {
    const file = path.join(folder, `${String(count)}.sqlite`);
    return { ids: filled(file, count), store: openSqliteStore(file) };
  });
  const [few, lots] = sizes;
  if (few === undefined || lots === undefined) return;
  const rounds: { few: Record<string, number>; lots: Record<string, number> }[] = [];
  for (const { ids, store } of sizes) await reads(store, ids);
  for (let round = 0; round < count; round += 1) {
    rounds.push({ few: await reads(few.store, few.ids), lots: await reads(lots.store, lots.ids) });
  }
  for (const name of Object.keys(rounds[0]?.few ?? {})) {
    const at = (size: 'few' | 'lots') => rounds.map((round) => round[size][name] ?? Number.NaN);
    const ratios = at('lots').map((micros, round) => micros / (at('few')[round] ?? Number.NaN));
    report.add({ name: `${name}, ${String(many)} jobs`, unit: 'µs', better: 'less', values: at('lots') });
    report.add({ name: `${name}, ${String(many)} jobs / ${String(FEW)}`, better: 'less', values: ratios });
  }
  await Promise.all(sizes.map(({ store }) => store.close()));
}

export async function benchQueueOperations(report: Report, { rounds, smoke }: BenchSettings): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-bench-'));
  try {
    await benchInserts(report, folder, rounds);
    await benchReads(report, folder, smoke ? FEW : MANY, rounds);
  } finally {
    await rm(folder, { recursive: true });
  }
}
