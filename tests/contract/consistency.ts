import { LOCAL_TENANT, stateOf, type StoredJob } from '#queue/job.ts';
import { NO_COUNTS, STATES, type State } from '#queue/states.ts';
import type { ListPosition, QueueStore } from '#queue/store.ts';
import { expect } from 'vitest';

/** All jobs in the order of the list, read in small pages. */
export async function listAll(store: QueueStore, state?: State, tenant = LOCAL_TENANT): Promise<StoredJob[]> {
  const all: StoredJob[] = [];
  let after: ListPosition | undefined;
  for (;;) {
    const page = await store.list({ tenant, state, limit: 3, after });
    all.push(...page.jobs);
    const last = page.jobs.at(-1)?.job;
    if (!page.hasMore || last === undefined) return all;
    after = { createdAt: last.createdAt, id: last.id };
  }
}

/** What must hold between a tenant's jobs, items, list and totals after any operation. */
export async function expectConsistent(store: QueueStore, tenant = LOCAL_TENANT): Promise<StoredJob[]> {
  const all = await listAll(store, undefined, tenant);
  const totals = { ...NO_COUNTS };
  const usage = { jobs: all.length, waiting: 0, bytes: 0 };
  for (const { job, items } of all) {
    const counts = { ...NO_COUNTS };
    for (const item of items) counts[item.state] += 1;
    expect(job.counts, `counts of ${job.id}`).toEqual(counts);
    const results = items.map((item) => (item.state === 'completed' ? item.result.bytes : 0));
    const inputs = items.map((item) => item.inputBytes);
    expect(job.bytes, `bytes of ${job.id}`).toBe(sum([...inputs, ...results]));
    usage.waiting += counts.pending + counts.processing;
    usage.bytes += job.bytes;
    expect(
      items.map((item) => item.index),
      `items of ${job.id}`,
    ).toEqual(items.map((_, index) => index));
    totals[stateOf(job)] += 1;
  }
  expect(await store.counts(tenant), 'totals').toEqual(totals);
  expect(await store.usage(tenant), 'usage').toEqual(usage);
  for (const state of STATES) {
    const expected = all.filter(({ job }) => stateOf(job) === state).map(({ job }) => job.id);
    expect(
      (await listAll(store, state, tenant)).map(({ job }) => job.id),
      `list of ${state} jobs`,
    ).toEqual(expected);
    expect((await store.list({ tenant, state, limit: 1 })).total, `total of ${state} jobs`).toBe(
      expected.length,
    );
  }
  return all;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
