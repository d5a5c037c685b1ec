import { stateOf, type Job } from '#queue/job.ts';
import { NO_COUNTS, type State, type StateCounts } from '#queue/states.ts';
import type { Usage } from '#queue/store.ts';

/** What is kept of one tenant's jobs in one state. */
export interface Total extends Usage {
  readonly tenant: string;
  readonly state: State;
}

/** The totals after `before` (a job as it was kept, if it was) became `after` (as it is kept now, if it is). */
export function recounted(
  totals: readonly Total[],
  before: Job | undefined,
  after: Job | undefined,
): readonly Total[] {
  const without = before === undefined ? totals : plus(totals, before, -1);
  return after === undefined ? without : plus(without, after, 1);
}

function plus(totals: readonly Total[], job: Job, sign: 1 | -1): readonly Total[] {
  const { tenant, counts, bytes } = job;
  const state = stateOf(job);
  const isIts = (total: Total) => total.tenant === tenant && total.state === state;
  const old = totals.find(isIts) ?? { jobs: 0, waiting: 0, bytes: 0 };
  const total: Total = {
    tenant,
    state,
    jobs: old.jobs + sign,
    // What runs elsewhere waits for nobody here.
    waiting: old.waiting + (job.place === undefined ? sign * (counts.pending + counts.processing) : 0),
    bytes: old.bytes + sign * bytes,
  };
  return [...totals.filter((other) => !isIts(other)), total];
}

/** @param tenant all tenants, when absent */
export function countsIn(totals: readonly Total[], tenant?: string): StateCounts {
  const counts = { ...NO_COUNTS };
  for (const { state, jobs } of of(totals, tenant)) counts[state] += jobs;
  return counts;
}

/** @param tenant all tenants, when absent */
export function usageIn(totals: readonly Total[], tenant?: string): Usage {
  const usage = { jobs: 0, waiting: 0, bytes: 0 };
  for (const { jobs, waiting, bytes } of of(totals, tenant)) {
    usage.jobs += jobs;
    usage.waiting += waiting;
    usage.bytes += bytes;
  }
  return usage;
}

function of(totals: readonly Total[], tenant: string | undefined): readonly Total[] {
  return tenant === undefined ? totals : totals.filter((total) => total.tenant === tenant);
}
