import type { ProcessingItem } from '#queue/job.ts';
import { NO_COUNTS, type State, type StateCounts } from '#queue/states.ts';

/*
 * The queue as simply as it can be said: jobs in memory, one at a time, no storage. Written from the promises and not
 * from the code, so that the two can be held against each other.
 */

export const MAX_ATTEMPTS = 3;
export const LEASE_MILLIS = 30_000;
export const RETENTION_MILLIS = 7 * 24 * 3600 * 1000;

export interface ModelItem {
  state: State;
  attempt: number;
  attemptsLeft: number;
  /** Of a pending item. */
  availableAt: number;
  /** Of an item in processing. */
  owner: string;
  until: number;
}

type Place = readonly [priority: number, createdAt: number, id: string];

function comparePlaces(a: Place, b: Place): number {
  return b[0] - a[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);
}

export interface ModelJob {
  readonly id: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly key: string | null;
  /** In line: priority, time and id, its own or those of a job with which it changed places. */
  place: Place;
  readonly items: ModelItem[];
  completedAt: number | null;
}

export class QueueModel {
  readonly jobs = new Map<string, ModelJob>();
  paused = false;

  submit(job: Omit<ModelJob, 'items' | 'completedAt' | 'place'>, images: number): void {
    const items = Array.from({ length: images }, (): ModelItem => ({
      state: 'pending',
      attempt: 0,
      attemptsLeft: MAX_ATTEMPTS,
      availableAt: job.createdAt,
      owner: '',
      until: 0,
    }));
    const place: Place = [job.priority, job.createdAt, job.id];
    this.jobs.set(job.id, { ...job, place, items, completedAt: null });
  }

  jobWithKey(key: string): ModelJob | undefined {
    return [...this.jobs.values()].find((job) => job.key === key);
  }

  /** @returns the job's id and the index of what must be leased next */
  lease(owner: string, now: number): [string, number] | undefined {
    this.expire(now);
    if (this.paused) return undefined;
    const candidates = [...this.jobs.values()].flatMap((job) =>
      job.items
        .map((item, index) => ({ job, item, index }))
        .filter(({ item }) => item.state === 'pending' && item.availableAt <= now),
    );
    candidates.sort((a, b) => comparePlaces(a.job.place, b.job.place) || a.index - b.index);
    const first = candidates[0];
    if (first === undefined) return undefined;
    Object.assign(first.item, { state: 'processing', attempt: first.item.attempt + 1, owner });
    first.item.until = now + LEASE_MILLIS;
    return [first.job.id, first.index];
  }

  expire(now: number): void {
    for (const [job, item] of this.#items()) {
      if (item.state === 'processing' && item.until < now) this.attemptFailed(job, item, now);
    }
  }

  /** The item that a lease is for, while that lease stands. */
  held(lease: ProcessingItem): [ModelJob, ModelItem] | undefined {
    const job = this.jobs.get(lease.jobId);
    const item = job?.items[lease.index];
    if (job === undefined || item?.state !== 'processing') return undefined;
    return item.owner === lease.lease.owner && item.attempt === lease.attempt ? [job, item] : undefined;
  }

  attemptFailed(job: ModelJob, item: ModelItem, now: number): void {
    item.attemptsLeft -= 1;
    if (item.attemptsLeft === 0) {
      this.go(job, item, 'failed', now);
      return;
    }
    item.availableAt = now + 1000 * 2 ** (MAX_ATTEMPTS - item.attemptsLeft - 1);
    this.go(job, item, 'pending', now);
  }

  go(job: ModelJob, item: ModelItem, state: State, now: number): void {
    item.state = state;
    const open = job.items.some(({ state }) => state === 'pending' || state === 'processing');
    job.completedAt = open ? null : (job.completedAt ?? now);
  }

  /** Of all the job's items in one of `from`. @returns how many there were */
  goAll(job: ModelJob, from: readonly State[], to: State, now: number): number {
    const items = job.items.filter(({ state }) => from.includes(state));
    for (const item of items) {
      if (to === 'pending') Object.assign(item, { attemptsLeft: MAX_ATTEMPTS, availableAt: now });
      this.go(job, item, to, now);
    }
    return items.length;
  }

  /** @returns the ids of those that there are, in this order */
  reorder(jobIds: readonly string[]): string[] {
    const jobs = jobIds.flatMap((id) => this.jobs.get(id) ?? []);
    const places = jobs.map(({ place }) => place).sort(comparePlaces);
    for (const [at, job] of jobs.entries()) job.place = places[at] ?? job.place;
    return jobs.map(({ id }) => id);
  }

  recover(owner: string, fate: 'left' | 'crashed', now: number): number {
    const held = this.#items().filter(([, item]) => item.state === 'processing' && item.owner === owner);
    for (const [job, item] of held) {
      if (fate === 'crashed') this.attemptFailed(job, item, now);
      else this.go(job, item, 'pending', now);
      item.availableAt = now;
    }
    return held.length;
  }

  /** @returns the ids of the jobs that it removed */
  sweep(now: number): number {
    const over = [...this.jobs.values()].filter(
      ({ completedAt }) => completedAt !== null && completedAt < now - RETENTION_MILLIS,
    );
    for (const { id } of over) this.jobs.delete(id);
    return over.length;
  }

  newestFirst(): ModelJob[] {
    return [...this.jobs.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  }

  /** What a client can see of each job, as text to compare. */
  visible(): Map<string, string> {
    const looks = [...this.jobs.values()].map((job): [string, string] => [
      job.id,
      JSON.stringify([job.place, job.items.map(({ state, attempt }) => [state, attempt])]),
    ]);
    return new Map(looks);
  }

  #items(): [ModelJob, ModelItem][] {
    return [...this.jobs.values()].flatMap((job) =>
      job.items.map((item): [ModelJob, ModelItem] => [job, item]),
    );
  }
}

export function countsOf(job: ModelJob): StateCounts {
  const counts = { ...NO_COUNTS };
  for (const { state } of job.items) counts[state] += 1;
  return counts;
}
