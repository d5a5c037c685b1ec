import { LOCAL_TENANT, type Item, type Job, type ProcessingItem } from '#queue/job.ts';
import type { Admit, Decide, QueueStore } from '#queue/store.ts';
import { LONGEST_WAIT_MILLIS } from '#queue/lease-order.ts';
import * as transitions from '#queue/transitions.ts';
import { DEFAULT_POLICY } from '#queue/policy.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectConsistent, listAll } from './consistency.ts';
import { INPUT_BYTES, sampleJob, type Sample } from './sample-job.ts';

/** One storage, empty at first, that can be opened any number of times at once. */
export interface StorageUnderTest {
  open(): Promise<QueueStore>;
  /** Closes what was opened, and removes the storage. */
  dispose(): Promise<void>;
}

const tenant = LOCAL_TENANT;
const RESULT = { mediaType: 'image/webp', bytes: 99, width: 4, height: 3, warnings: [] };
const FAILURE = { code: 'broken', message: 'The image is broken.' };

/** What every store promises to the queue; see QueueStore. */
export function describeQueueStore(name: string, newStorage: () => Promise<StorageUnderTest>): void {
  describe(name, () => {
    let storage: StorageUnderTest;
    let store: QueueStore;
    /** Another process or tab. */
    let other: QueueStore;

    beforeEach(async () => {
      storage = await newStorage();
      store = await storage.open();
      other = await storage.open();
    });
    afterEach(async () => {
      await expectConsistent(other);
      await storage.dispose();
    });

    async function insert(changes: Parameters<typeof sampleJob>[0] = {}): Promise<Sample> {
      const sample = sampleJob(changes);
      await expect(store.insert(sample.job, sample.items)).resolves.toMatchObject({ kind: 'inserted' });
      return sample;
    }

    function lease(now: number, { owner = 'runner', by = store } = {}) {
      return by.lease(now, (item) => transitions.leased(item, { owner, until: now + 30_000 }));
    }

    async function mustLease(now: number): Promise<ProcessingItem> {
      return must(await lease(now)).item;
    }

    async function finish(item: ProcessingItem, now: number): Promise<void> {
      must(
        await store.change(item.id, (current) => transitions.completed(current, heldBy(item), RESULT), now),
      );
    }

    const heldBy = (item: ProcessingItem) => ({ owner: item.lease.owner, attempt: item.attempt });
    const refuse = (): undefined => undefined;

    describe('keeping jobs', () => {
      test('an empty store has nothing, and says so', async () => {
        expect(await store.get('job-of-nobody')).toBeUndefined();
        expect(await store.list({ tenant, limit: 10 })).toEqual({ total: 0, jobs: [], hasMore: false });
        expect(await lease(1_000)).toBeUndefined();
        expect(await store.head()).toBe(0);
        expect(await store.changes(tenant, 0, 10)).toEqual([]);
        expect(await store.nextDueAt()).toBeUndefined();
      });

      test('a job comes back as it was put in, for everyone on the storage', async () => {
        const { job, items } = await insert({
          images: 3,
          priority: 9,
          idempotency: { key: 'key "1" ü', fingerprint: '{"a":1}' },
        });
        expect(await other.get(job.id)).toEqual({ job, items, sequence: 1 });
      });

      test('every state of an item comes back as it was written', async () => {
        await insert({ images: 5 });
        const inStates: Item[] = [];
        for (let index = 0; index < 5; index += 1) inStates.push(await mustLease(2_000 + index));
        const how = { policy: DEFAULT_POLICY, now: 3_000, random: 0 };
        const outcomes: Decide[] = [
          (item: Item) =>
            transitions.completed(item, { owner: 'runner', attempt: 1 }, { ...RESULT, warnings: [FAILURE] }),
          (item: Item) =>
            transitions.failed(item, { owner: 'runner', attempt: 1 }, FAILURE, { ...how, retryable: false }),
          (item: Item) =>
            transitions.failed(item, { owner: 'runner', attempt: 1 }, FAILURE, { ...how, retryable: true }),
          transitions.cancelled,
        ];
        for (const [index, outcome] of outcomes.entries()) {
          const written = must(await store.change(must(inStates[index]).id, outcome, 3_000));
          inStates[index] = written.item;
        }
        const stored = must(await other.get(must(inStates[0]).jobId));
        expect(stored.items).toEqual(inStates);
        expect(stored.items.map((item) => item.state)).toEqual([
          'completed',
          'failed',
          'pending',
          'cancelled',
          'processing',
        ]);
      });

      test('what was written is there when the storage is opened again', async () => {
        const { job } = await insert({ images: 2 });
        await mustLease(2_000);
        await store.close();
        await other.close();
        store = await storage.open();
        other = await storage.open();
        expect(must(await store.get(job.id)).items.map((item) => item.state)).toEqual([
          'processing',
          'pending',
        ]);
        expect(await store.head()).toBe(2);
      });
    });

    describe('idempotency keys', () => {
      const idempotency = { key: 'same', fingerprint: 'f' };

      test('a second job with the same key is not stored; the first is answered', async () => {
        const first = await insert({ idempotency });
        const second = sampleJob({ idempotency: { key: 'same', fingerprint: 'another' } });
        const outcome = await other.insert(second.job, second.items);
        expect(outcome).toMatchObject({ kind: 'duplicate', existing: { job: first.job, sequence: 1 } });
        expect(await store.get(second.job.id)).toBeUndefined();
        expect(await store.head()).toBe(1);
      });

      test('of many at the same time, one is stored', async () => {
        const samples = Array.from({ length: 8 }, () => sampleJob({ idempotency }));
        const outcomes = await Promise.all(
          samples.map(({ job, items }, index) => (index % 2 ? store : other).insert(job, items)),
        );
        expect(outcomes.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
        expect(await listAll(store)).toHaveLength(1);
      });

      test('a key is free again once its job was removed', async () => {
        const { job } = await insert({ idempotency });
        await store.remove(job.id, 2_000);
        await insert({ idempotency });
      });
    });

    describe('leasing', () => {
      test('highest priority first, then the oldest job, then the lowest index', async () => {
        const young = await insert({ createdAt: 900, priority: 5, images: 2 });
        const old = await insert({ createdAt: 100, priority: 5, images: 11 });
        const low = await insert({ createdAt: 1, priority: 0 });
        const urgent = await insert({ createdAt: 950, priority: 9 });
        const order = [];
        for (let taken = await lease(1_000); taken !== undefined; taken = await lease(1_000)) {
          order.push([taken.job.id, taken.item.index]);
        }
        expect(order).toEqual([
          [urgent.job.id, 0],
          ...old.items.map(({ index }) => [old.job.id, index]),
          ...young.items.map(({ index }) => [young.job.id, index]),
          [low.job.id, 0],
        ]);
      });

      test('two lessees never get the same item, however many ask at once', async () => {
        await insert({ images: 7 });
        await insert({ images: 5, priority: 7 });
        const askers = Array.from({ length: 20 }, (_, index) =>
          lease(2_000, { owner: `runner ${String(index)}`, by: index % 2 ? store : other }),
        );
        const taken = (await Promise.all(askers)).filter((answer) => answer !== undefined);
        expect(taken).toHaveLength(12);
        expect(new Set(taken.map(({ item }) => item.id)).size).toBe(12);
      });

      test('an item in backoff is passed over until its time has come, then takes its place in the order', async () => {
        const waiting = await insert({ createdAt: 100, availableAt: 5_000 });
        const later = await insert({ createdAt: 200 });
        const last = await insert({ createdAt: 300 });
        expect((await mustLease(4_999)).jobId).toBe(later.job.id);
        expect((await mustLease(5_000)).jobId).toBe(waiting.job.id);
        expect((await mustLease(5_000)).jobId).toBe(last.job.id);
        expect(await lease(5_000)).toBeUndefined();
      });

      test('a clock that has gone back lets no item wait until it is there again', async () => {
        const now = 5_000;
        await insert({ createdAt: now, availableAt: now + LONGEST_WAIT_MILLIS });
        expect(await lease(now)).toBeUndefined();
        const stranded = await insert({ createdAt: now, availableAt: now + LONGEST_WAIT_MILLIS + 1 });
        expect((await mustLease(now)).jobId).toBe(stranded.job.id);
        expect(await lease(now)).toBeUndefined();
      });

      test('the lease, the start of the job and its count are written together', async () => {
        const { job } = await insert({ images: 2 });
        const taken = must(await lease(2_000, { owner: 'me' }));
        expect(taken.item).toMatchObject({
          state: 'processing',
          attempt: 1,
          lease: { owner: 'me', until: 32_000 },
        });
        const stored = must(await other.get(job.id));
        expect(stored.job).toEqual(taken.job);
        expect(stored.job).toMatchObject({ startedAt: 2_000, counts: { pending: 1, processing: 1 } });
        expect(stored.items[0]).toEqual(taken.item);
        await lease(3_000);
        expect(must(await store.get(job.id)).job.startedAt).toBe(2_000);
      });

      test('a decision that throws leaves the item for the next', async () => {
        await insert();
        await expect(
          store.lease(2_000, () => {
            throw new Error('no');
          }),
        ).rejects.toThrow('no');
        expect(await store.head()).toBe(1);
        await mustLease(2_000);
      });

      test('what is processed is listed, and apart what outlived its lease', async () => {
        await insert({ images: 3 });
        const first = await mustLease(1_000);
        const second = await mustLease(2_000);
        expect(await other.processing({ limit: 10 })).toEqual([first, second]);
        expect(await other.processing({ limit: 1 })).toEqual([first]);
        expect(await other.processing({ leaseEndedBefore: 31_000, limit: 10 })).toEqual([]);
        expect(await other.processing({ leaseEndedBefore: 31_001, limit: 10 })).toEqual([first]);
        expect(await other.processing({ limit: Number.MAX_SAFE_INTEGER })).toHaveLength(2);
      });

      test('the next thing due is a waiting item or the end of a lease, whichever is first', async () => {
        await insert({ createdAt: 1_000 });
        expect(await store.nextDueAt()).toBe(1_000);
        const item = await mustLease(2_000);
        expect(await store.nextDueAt()).toBe(32_000);
        await insert({ availableAt: 40_000 });
        expect(await store.nextDueAt()).toBe(32_000);
        await insert({ availableAt: 20_000 });
        expect(await store.nextDueAt()).toBe(20_000);
        await mustLease(20_000);
        await finish(item, 20_001);
        expect(await other.nextDueAt()).toBe(40_000);
      });
    });

    describe('pausing', () => {
      test('a paused queue leases nothing to anybody, until it is resumed', async () => {
        const { job } = await insert();
        expect(await store.paused()).toBe(false);
        await store.setPaused(true);
        expect(await other.paused()).toBe(true);
        expect(await lease(2_000, { by: other })).toBeUndefined();
        await other.setPaused(false);
        expect((await mustLease(2_000)).jobId).toBe(job.id);
      });

      test('what is in processing goes on, and what is added waits', async () => {
        await insert();
        const item = await mustLease(2_000);
        await store.setPaused(true);
        await finish(item, 3_000);
        await insert();
        expect(await store.counts()).toMatchObject({ completed: 1, pending: 1 });
        expect(await lease(4_000)).toBeUndefined();
      });

      test('waiting items are not due while it is paused, ends of leases are', async () => {
        await insert({ images: 2 });
        await store.setPaused(true);
        expect(await store.nextDueAt()).toBeUndefined();
        await store.setPaused(false);
        await mustLease(2_000);
        await store.setPaused(true);
        expect(await other.nextDueAt()).toBe(32_000);
      });

      test('it stays paused when the storage is opened again', async () => {
        await store.setPaused(true);
        await store.close();
        await other.close();
        store = await storage.open();
        other = await storage.open();
        expect(await store.paused()).toBe(true);
      });

      test('whoever watches hears of it, once, and the feed shows no job for it', async () => {
        await insert();
        const head = await store.head();
        const told = Promise.withResolvers<void>();
        const stop = other.watch(told.resolve);
        await store.setPaused(true);
        await told.promise;
        stop();
        await store.setPaused(true);
        expect(await other.head()).toBe(head + 1);
        expect(await other.changes(tenant, head, 10)).toEqual([]);
      });
    });

    describe('reordering', () => {
      const leasedInOrder = async () => {
        const order = [];
        for (let taken = await lease(5_000); taken; taken = await lease(5_000)) order.push(taken.job.id);
        return order;
      };

      test('jobs are leased in the order in which they were put, whatever their age and priority', async () => {
        const ids = [];
        for (const priority of [5, 9, 5, 0]) ids.push((await insert({ priority })).job.id);
        const [a = '', b = '', c = '', d = ''] = ids;
        expect(await other.reorder(tenant, [d, c, a, b])).toEqual([d, c, a, b]);
        expect(await leasedInOrder()).toEqual([d, c, a, b]);
      });

      test('jobs that are not named keep their place, and later ones come after', async () => {
        const ids = [];
        for (const createdAt of [100, 200, 300]) ids.push((await insert({ createdAt })).job.id);
        const [a = '', b = '', c = ''] = ids;
        await store.reorder(tenant, [c, a]);
        const { job } = await insert({ createdAt: 400 });
        expect(await leasedInOrder()).toEqual([c, b, a, job.id]);
      });

      test('it is a change of the jobs that moved, and of those only', async () => {
        const ids = [];
        for (const createdAt of [100, 200, 300]) ids.push((await insert({ createdAt })).job.id);
        const [a = '', b = '', c = ''] = ids;
        const head = await store.head();
        await store.reorder(tenant, [b, a, c]);
        const changed = (await other.changes(tenant, head, 10)).flatMap((change) =>
          change.kind === 'changed' ? change.job.job.id : [],
        );
        expect(changed.sort()).toEqual([a, b].sort());
        expect(await store.reorder(tenant, [b, a, c])).toEqual([b, a, c]);
        expect(await store.head()).toBe(head + 2);
      });

      test("another tenant's jobs and unknown ids are left out", async () => {
        const mine = await insert({ createdAt: 200 });
        const theirs = await insert({ createdAt: 100, tenant: 'somebody' });
        const head = await store.head();
        expect(await store.reorder(tenant, [mine.job.id, 'nothing', theirs.job.id])).toEqual([mine.job.id]);
        expect(await store.head()).toBe(head);
      });

      test('items in backoff and of several images move with their job', async () => {
        const first = await insert({ createdAt: 100, images: 2 });
        const second = await insert({ createdAt: 200, images: 2, availableAt: 4_000 });
        await store.reorder(tenant, [second.job.id, first.job.id]);
        expect(await leasedInOrder()).toEqual([second.job.id, second.job.id, first.job.id, first.job.id]);
      });
    });

    describe('changing an item', () => {
      test('a refusal writes nothing and moves nothing', async () => {
        const { job } = await insert();
        const item = await mustLease(2_000);
        const before = await store.get(job.id);
        expect(await other.change(item.id, refuse, 3_000)).toBeUndefined();
        expect(await store.get(job.id)).toEqual(before);
        expect(await store.head()).toBe(2);
      });

      test('an unknown item is answered by undefined, and nobody is asked to decide', async () => {
        const decide = vi.fn(refuse);
        expect(await store.change('nothing', decide, 1_000)).toBeUndefined();
        expect(decide).not.toHaveBeenCalled();
      });

      test('the decision sees the newest item, and is asked once', async () => {
        await insert();
        const item = await mustLease(2_000);
        await finish(item, 3_000);
        const decide = vi.fn(refuse);
        await other.change(item.id, decide, 4_000);
        expect(decide).toHaveBeenCalledTimes(1);
        expect(decide).toHaveBeenCalledWith(expect.objectContaining({ state: 'completed', result: RESULT }));
      });

      test('of two outcomes written at the same time, one counts', async () => {
        await insert();
        const item = await mustLease(2_000);
        const complete = (width: number) => (current: Item) =>
          transitions.completed(current, heldBy(item), { ...RESULT, width });
        const written = await Promise.all([
          store.change(item.id, complete(1), 3_000),
          other.change(item.id, complete(2), 3_000),
        ]);
        const [winner, ...more] = written.filter((answer) => answer !== undefined);
        expect(more).toEqual([]);
        expect(must(await store.get(item.jobId)).items[0]).toEqual(must(winner).item);
      });

      test('the last outcome ends the job', async () => {
        const { job } = await insert({ images: 2 });
        await finish(await mustLease(2_000), 3_000);
        expect(must(await store.get(job.id)).job.completedAt).toBeNull();
        await finish(await mustLease(3_000), 4_000);
        expect(must(await other.get(job.id)).job).toMatchObject({
          completedAt: 4_000,
          counts: { completed: 2 },
        });
      });

      test('a heartbeat prolongs the lease, and is no visible change', async () => {
        const { job } = await insert();
        const item = await mustLease(2_000);
        const before = must(await store.get(job.id));
        const beat = await store.change(
          item.id,
          (current) => transitions.prolonged(current, heldBy(item), 50_000),
          10_000,
        );
        expect(must(beat).item.lease.until).toBe(50_000);
        const after = must(await other.get(job.id));
        expect([after.sequence, after.job]).toEqual([before.sequence, before.job]);
        expect(await other.processing({ limit: 1 })).toMatchObject([{ lease: { until: 50_000 } }]);
      });
    });

    describe('changing a whole job', () => {
      test('all of its items change as one', async () => {
        const { job } = await insert({ images: 3 });
        await finish(await mustLease(2_000), 3_000);
        await mustLease(3_000);
        const head = await store.head();
        const outcome = must(await store.changeAll(job.id, transitions.cancelled, 4_000));
        expect(outcome.changed).toBe(2);
        expect(outcome.stored.items.map((item) => item.state)).toEqual([
          'completed',
          'cancelled',
          'cancelled',
        ]);
        expect(outcome.stored).toMatchObject({ sequence: head + 1, job: { completedAt: 4_000 } });
        expect(await other.get(job.id)).toEqual(outcome.stored);
        expect(await lease(5_000)).toBeUndefined();
      });

      test('cancelling a finished job changes nothing', async () => {
        const { job } = await insert();
        await finish(await mustLease(2_000), 3_000);
        const before = must(await store.get(job.id));
        expect(await store.changeAll(job.id, transitions.cancelled, 4_000)).toEqual({
          stored: before,
          changed: 0,
        });
        expect(await store.get(job.id)).toEqual(before);
        expect(await store.head()).toBe(before.sequence);
      });

      test('what is queued again can be leased again, in its old place', async () => {
        const first = await insert({ createdAt: 100 });
        await insert({ createdAt: 200 });
        await store.changeAll(first.job.id, transitions.cancelled, 300);
        const retried = await store.changeAll(
          first.job.id,
          (item) => transitions.retried(item, DEFAULT_POLICY, 400),
          400,
        );
        expect(must(retried).stored.job).toMatchObject({ completedAt: null, counts: { pending: 1 }, run: 1 });
        expect(await other.get(first.job.id)).toMatchObject({ job: { run: 1 } });
        expect((await mustLease(400)).jobId).toBe(first.job.id);
      });

      test('who decides on an item is shown its job as it was before', async () => {
        const { job } = await insert({ images: 2 });
        const seen: unknown[] = [];
        await store.changeAll(
          job.id,
          (item, before) => {
            seen.push(before);
            return transitions.cancelled(item);
          },
          2_000,
        );
        expect(seen).toEqual([job, job]);
      });

      test('an unknown job is answered by undefined', async () => {
        expect(await store.changeAll('nothing', refuse, 1_000)).toBeUndefined();
      });
    });

    describe('listing', () => {
      test('newest first; jobs of the same millisecond by id; no page repeats or leaves out one', async () => {
        const ids = [];
        for (const createdAt of [10, 20, 20, 20, 20, 20, 30]) ids.push((await insert({ createdAt })).job.id);
        const [oldest, ...rest] = ids;
        const youngest = rest.pop();
        expect((await listAll(store)).map(({ job }) => job.id)).toEqual([
          youngest,
          ...rest.reverse(),
          oldest,
        ]);
      });

      test('a page tells how many match in all and whether more follow', async () => {
        for (let made = 0; made < 4; made += 1) await insert({ images: 2 });
        await lease(2_000);
        expect(await store.list({ tenant, limit: 4 })).toMatchObject({ total: 4, hasMore: false });
        const page = await store.list({ tenant, state: 'pending', limit: 2 });
        expect(page).toMatchObject({ total: 3, hasMore: true });
        expect(page.jobs.map(({ items }) => items.length)).toEqual([2, 2]);
        expect(await store.list({ tenant, state: 'failed', limit: 2 })).toEqual({
          total: 0,
          jobs: [],
          hasMore: false,
        });
      });

      test('the totals follow every job through its states and out of the store', async () => {
        const { job } = await insert();
        const none = { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 };
        expect(await other.counts()).toEqual({ ...none, pending: 1 });
        const item = await mustLease(2_000);
        expect(await other.counts()).toEqual({ ...none, processing: 1 });
        await finish(item, 3_000);
        expect(await other.counts()).toEqual({ ...none, completed: 1 });
        await store.remove(job.id, 4_000);
        expect(await other.counts()).toEqual(none);
      });
    });

    describe('removing', () => {
      test('takes the job and its items, whatever their state', async () => {
        const { job, items } = await insert({ images: 2 });
        const leased = await mustLease(2_000);
        expect(await store.remove(job.id, 3_000)).toBe(true);
        expect(await other.get(job.id)).toBeUndefined();
        expect(await other.processing({ limit: 10 })).toEqual([]);
        expect(await lease(3_000)).toBeUndefined();
        const late = (item: Item) => transitions.completed(item, heldBy(leased), RESULT);
        expect(await other.change(must(items[0]).id, late, 4_000)).toBeUndefined();
        expect(await store.remove(job.id, 3_000)).toBe(false);
      });

      test('finds the jobs that were over before a time, the oldest first', async () => {
        const done = [];
        for (const at of [3_000, 2_000, 4_000]) {
          const { job } = await insert();
          await finish(await mustLease(1_500), at);
          done.push(job.id);
        }
        await insert();
        const [third, second] = done;
        expect(await store.finished({ completedBefore: 4_000, limit: 10 })).toEqual([second, third]);
        expect(await store.finished({ completedBefore: 4_000, limit: 1 })).toEqual([second]);
        expect(await store.finished({ completedBefore: 2_000, limit: 10 })).toEqual([]);
      });
    });

    describe('the change feed', () => {
      test('has each changed job once, with its newest state, in the order of the changes', async () => {
        const first = await insert({ createdAt: 1 });
        const second = await insert({ createdAt: 2 });
        const third = await insert({ createdAt: 3 });
        const item = await mustLease(2_000);
        await finish(item, 3_000);
        const changes = await other.changes(tenant, 0, 10);
        expect(changes.map((change) => change.sequence)).toEqual([2, 3, 5]);
        expect(changes).toMatchObject([
          { kind: 'changed', job: { job: { id: second.job.id } } },
          { kind: 'changed', job: { job: { id: third.job.id } } },
          { kind: 'changed', job: { job: { id: first.job.id, counts: { completed: 1 } } } },
        ]);
        expect(await other.changes(tenant, 3, 10)).toEqual(changes.slice(2));
        expect(await other.changes(tenant, 0, 2)).toEqual(changes.slice(0, 2));
        expect(await other.changes(tenant, 5, 10)).toEqual([]);
        expect(await other.head()).toBe(5);
      });

      test('has a removed job as removed, until that is forgotten; its number never comes again', async () => {
        const { job } = await insert();
        await store.remove(job.id, 2_000);
        expect(await other.changes(tenant, 0, 10)).toMatchObject([
          { kind: 'removed', sequence: 2, jobId: job.id },
        ]);
        await store.forgetRemoved(2_000);
        expect(await other.changes(tenant, 0, 10)).toHaveLength(1);
        await store.forgetRemoved(2_001);
        expect(await other.changes(tenant, 0, 10)).toEqual([]);
        const next = sampleJob();
        expect(await other.insert(next.job, next.items)).toEqual({ kind: 'inserted', sequence: 3 });
      });
    });

    describe('the change feed, for those who keep what it tells', () => {
      test('says why a job is gone, and by which key its client knows it', async () => {
        const idempotency = { key: 'mine', fingerprint: 'f' };
        const deleted = await insert({ idempotency });
        const expired = await insert();
        await store.remove(deleted.job.id, 2_000);
        await store.remove(expired.job.id, 2_000, 'expired');
        expect(await other.changes(tenant, 0, 10)).toMatchObject([
          { jobId: deleted.job.id, reason: 'deleted', idempotencyKey: 'mine' },
          { jobId: expired.job.id, reason: 'expired', idempotencyKey: null },
        ]);
      });

      test('has one name for everybody, and keeps it', async () => {
        const [mine, theirs] = await Promise.all([store.feed(), other.feed()]);
        expect(mine.id).toBe(theirs.id);
        expect(mine.id.length).toBeGreaterThan(30);
        await insert();
        expect(await other.feed()).toEqual({ id: mine.id, head: 1, completeSince: 0 });
      });

      test('is complete since the newest tombstone that was forgotten', async () => {
        for (const at of [1_000, 2_000, 3_000]) await store.remove((await insert()).job.id, at);
        await store.forgetRemoved(1_000);
        expect(await other.feed()).toMatchObject({ completeSince: 0 });
        await store.forgetRemoved(2_500);
        expect(await other.feed()).toMatchObject({ completeSince: 4, head: 6 });
        await store.forgetRemoved(2_500);
        expect(await other.feed()).toMatchObject({ completeSince: 4 });
      });
    });

    describe('tenants', () => {
      test('each sees its own jobs, totals and changes, and none of the others', async () => {
        const mine = await insert({ tenant: 'mine', images: 2 });
        const theirs = await insert({ tenant: 'theirs' });
        expect((await listAll(store, undefined, 'mine')).map(({ job }) => job)).toEqual([mine.job]);
        expect((await listAll(store, 'pending', 'theirs')).map(({ job }) => job)).toEqual([theirs.job]);
        expect(await other.list({ tenant: 'mine', limit: 1 })).toMatchObject({ total: 1, hasMore: false });
        expect(await other.counts('mine')).toMatchObject({ pending: 1 });
        expect(await other.counts()).toMatchObject({ pending: 2 });
        expect(await other.changes('theirs', 0, 10)).toMatchObject([{ job: { job: { id: theirs.job.id } } }]);
        await store.remove(theirs.job.id, 2_000);
        expect(await other.changes('theirs', 0, 10)).toMatchObject([
          { kind: 'removed', jobId: theirs.job.id },
        ]);
        expect(await other.changes('mine', 0, 10)).toMatchObject([{ kind: 'changed', sequence: 1 }]);
        await expectConsistent(other, 'mine');
        await expectConsistent(other, 'theirs');
      });

      test('two may use the same idempotency key', async () => {
        const idempotency = { key: 'same', fingerprint: 'f' };
        await insert({ tenant: 'mine', idempotency });
        await insert({ tenant: 'theirs', idempotency });
      });

      test('their images wait in one queue', async () => {
        const young = await insert({ tenant: 'mine', createdAt: 900 });
        const old = await insert({ tenant: 'theirs', createdAt: 100 });
        expect((await mustLease(1_000)).jobId).toBe(old.job.id);
        expect((await mustLease(1_000)).jobId).toBe(young.job.id);
      });
    });

    describe('what is kept', () => {
      const nothing = { jobs: 0, waiting: 0, bytes: 0 };

      test('is counted through every change: jobs, images that wait, bytes of inputs and results', async () => {
        expect(await store.usage()).toEqual(nothing);
        const { job } = await insert({ images: 2 });
        await insert({ tenant: 'another' });
        expect(await other.usage(tenant)).toEqual({ jobs: 1, waiting: 2, bytes: 2 * INPUT_BYTES });
        expect(await other.usage()).toEqual({ jobs: 2, waiting: 3, bytes: 3 * INPUT_BYTES });
        await finish(await mustLease(2_000), 3_000);
        const after = { jobs: 1, waiting: 1, bytes: 2 * INPUT_BYTES + RESULT.bytes };
        expect(await other.usage(tenant)).toEqual(after);
        expect(must(await other.get(job.id)).job.bytes).toBe(after.bytes);
        await store.remove(job.id, 4_000);
        expect(await other.usage(tenant)).toEqual(nothing);
      });

      test('decides, in the same transaction, whether another job is let in', async () => {
        await insert();
        await insert({ tenant: 'another', images: 2 });
        const refusal = new Error('full');
        const full = vi.fn<Admit>(() => {
          throw refusal;
        });
        const { job, items } = sampleJob();
        await expect(store.insert(job, items, full)).rejects.toBe(refusal);
        expect(full).toHaveBeenCalledExactlyOnceWith(
          { jobs: 2, waiting: 3, bytes: 3 * INPUT_BYTES },
          { jobs: 1, waiting: 1, bytes: INPUT_BYTES },
        );
        expect(await other.get(job.id)).toBeUndefined();
        await expect(store.insert(job, items, vi.fn<Admit>())).resolves.toMatchObject({ kind: 'inserted' });
      });

      test('a limit holds, however many ask at once', async () => {
        const atMostFour: Admit = ({ jobs }) => {
          if (jobs >= 4) throw new Error('full');
        };
        const asked = Array.from({ length: 10 }, (_, index) => {
          const { job, items } = sampleJob();
          return (index % 2 ? store : other).insert(job, items, atMostFour);
        });
        const answers = await Promise.allSettled(asked);
        expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
        expect(await listAll(store)).toHaveLength(4);
      });
    });

    describe('webhooks', () => {
      const url = 'https://example.com/told';
      const withWebhook = () => insert({ webhook: { url, state: 'waiting' } });

      test('one is due as soon as its job is over, whoever ended it', async () => {
        const { job } = await withWebhook();
        await insert();
        const item = await mustLease(2_000);
        expect(await store.dueWebhooks(9_000, 10)).toEqual([]);
        await finish(item, 3_000);
        expect(await other.dueWebhooks(2_999, 10)).toEqual([]);
        const due = await other.dueWebhooks(3_000, 10);
        expect(due).toMatchObject([{ id: job.id, webhook: { url, state: 'due', dueAt: 3_000, attempt: 0 } }]);
      });

      test('what became of one is written by compare-and-set, and is no visible change', async () => {
        const { job } = await withWebhook();
        await store.changeAll(job.id, transitions.cancelled, 3_000);
        const head = await store.head();
        const delivered = (current: Job): Job | undefined =>
          current.webhook?.state === 'due'
            ? { ...current, webhook: { url, state: 'delivered', at: 4_000, attempt: 1 } }
            : undefined;
        const answers = await Promise.all([
          store.changeJob(job.id, delivered),
          other.changeJob(job.id, delivered),
        ]);
        expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
        expect(must(await other.get(job.id)).job.webhook).toEqual({
          url,
          state: 'delivered',
          at: 4_000,
          attempt: 1,
        });
        expect(await other.dueWebhooks(99_000, 10)).toEqual([]);
        expect(await other.head()).toBe(head);
        expect(await store.changeJob('nothing', delivered)).toBeUndefined();
      });

      test('the longest due comes first; a job that is queued again waits again', async () => {
        const first = await withWebhook();
        const second = await withWebhook();
        await store.changeAll(second.job.id, transitions.cancelled, 3_000);
        await store.changeAll(first.job.id, transitions.cancelled, 4_000);
        expect((await store.dueWebhooks(5_000, 10)).map(({ id }) => id)).toEqual([
          second.job.id,
          first.job.id,
        ]);
        expect(await store.dueWebhooks(5_000, 1)).toHaveLength(1);
        await store.changeAll(
          second.job.id,
          (item) => transitions.retried(item, DEFAULT_POLICY, 6_000),
          6_000,
        );
        expect(must(await store.get(second.job.id)).job.webhook).toEqual({ url, state: 'waiting' });
        expect((await store.dueWebhooks(7_000, 10)).map(({ id }) => id)).toEqual([first.job.id]);
      });
    });

    describe('watching', () => {
      test('hears changes by this instance and by others', async () => {
        const heard = vi.fn();
        store.watch(heard);
        await insert();
        await vi.waitFor(() => {
          expect(heard).toHaveBeenCalled();
        });
        heard.mockClear();
        const { job, items } = sampleJob();
        await other.insert(job, items);
        await vi.waitFor(() => {
          expect(heard).toHaveBeenCalled();
        });
        heard.mockClear();
        await other.remove(job.id, 2_000);
        await vi.waitFor(() => {
          expect(heard).toHaveBeenCalled();
        });
      });

      test('a listener can stop, and the others still hear', async () => {
        const stopped = vi.fn();
        const heard = vi.fn();
        const stop = store.watch(stopped);
        store.watch(heard);
        stop();
        const { job, items } = sampleJob();
        await other.insert(job, items);
        await vi.waitFor(() => {
          expect(heard).toHaveBeenCalled();
        });
        expect(stopped).not.toHaveBeenCalled();
      });
    });
  });
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Expected a value, got undefined.');
  return value;
}
