import { stateOf, type StoredJob } from '#queue/job.ts';
import { NO_COUNTS, STATES, type State } from '#queue/states.ts';
import type { ListPosition, QueueStore } from '#queue/store.ts';
import { expect } from 'vitest';

/** All jobs in the order of the list, read in small pages. */
export async function listAll(store: QueueStore, state?: State): Promise<StoredJob[]> {
  const all: StoredJob[] = [];
  let after: ListPosition | undefined;
  for (;;) {
    const page = await store.list({ state, limit: 3, after });
    all.push(...page.jobs);
    const last = page.jobs.at(-1)?.job;
    if (!page.hasMore || last === undefined) return all;
    after = { createdAt: last.createdAt, id: last.id };
  }
}

/** What must hold between jobs, items, list and totals after any operation. */
export async function expectConsistent(store: QueueStore): Promise<StoredJob[]> {
  const all = await listAll(store);
  const totals = { ...NO_COUNTS };
  for (const { job, items } of all) {
    const counts = { ...NO_COUNTS };
    for (const item of items) counts[item.state] += 1;
    expect(job.counts, `counts of ${job.id}`).toEqual(counts);
    expect(
      items.map((item) => item.index),
      `items of ${job.id}`,
    ).toEqual(items.map((_, index) => index));
    totals[stateOf(job)] += 1;
  }
  expect(await store.counts(), 'totals').toEqual(totals);
  for (const state of STATES) {
    const expected = all.filter(({ job }) => stateOf(job) === state).map(({ job }) => job.id);
    expect(
      (await listAll(store, state)).map(({ job }) => job.id),
      `list of ${state} jobs`,
    ).toEqual(expected);
    expect((await store.list({ state, limit: 1 })).total, `total of ${state} jobs`).toBe(expected.length);
  }
  return all;
}
