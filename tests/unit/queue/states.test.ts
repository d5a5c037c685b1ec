import { afterMove, freshCounts, LOCAL_TENANT, stateOf, type Item, type Job } from '#queue/job.ts';
import { isReady, leaseOrder } from '#queue/lease-order.ts';
import { jobOptions } from '#queue/options.ts';
import { backoffMillis, DEFAULT_POLICY } from '#queue/policy.ts';
import { deriveState, isOver, moved, NO_COUNTS, STATES, totalOf, type State } from '#queue/states.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const counts = fc.record(
  Object.fromEntries(STATES.map((state) => [state, fc.nat({ max: 3 })])) as Record<
    State,
    fc.Arbitrary<number>
  >,
);

describe("a job's state", () => {
  test.each<[State, Partial<typeof NO_COUNTS>]>([
    ['pending', { pending: 3 }],
    ['processing', { pending: 2, processing: 1 }],
    ['processing', { processing: 1, completed: 5 }],
    ['processing', { pending: 1, completed: 1 }],
    ['processing', { pending: 1, failed: 1 }],
    ['completed', { completed: 2 }],
    ['completed', { completed: 1, failed: 9 }],
    ['failed', { failed: 2 }],
    ['cancelled', { cancelled: 1 }],
    ['cancelled', { cancelled: 1, completed: 5 }],
    ['cancelled', { cancelled: 1, failed: 1 }],
  ])('is %s with %j', (state, some) => {
    expect(deriveState({ ...NO_COUNTS, ...some })).toBe(state);
  });

  test('is open exactly while something is left to do', () => {
    fc.assert(
      fc.property(counts, (counts) => {
        fc.pre(totalOf(counts) > 0);
        expect(['pending', 'processing'].includes(deriveState(counts))).toBe(!isOver(counts));
      }),
    );
  });

  test('moving an item keeps how many there are', () => {
    const state = fc.constantFrom(...STATES);
    fc.assert(
      fc.property(counts, state, state, (counts, from, to) => {
        expect(totalOf(moved(counts, from, to))).toBe(totalOf(counts));
      }),
    );
  });
});

describe('a job after a move of its items', () => {
  const job: Job = {
    id: 'job',
    tenant: LOCAL_TENANT,
    type: 'batch',
    model: 'u2netp',
    options: jobOptions.parse({}),
    priority: 5,
    createdAt: 1,
    startedAt: null,
    completedAt: null,
    counts: freshCounts(2),
    idempotency: null,
    bytes: 20,
    webhook: null,
  };

  const item = (state: State): Item => {
    const base = {
      id: 'i',
      jobId: 'job',
      index: 0,
      filename: 'a',
      inputBytes: 10,
      inputMediaType: 'image/png',
    };
    const tried = { ...base, attempt: 1, attemptsLeft: 2 };
    switch (state) {
      case 'pending':
        return { ...tried, state, availableAt: 0, lastFailure: null };
      case 'processing':
        return { ...tried, state, lease: { owner: 'me', until: 9 } };
      case 'completed':
        return {
          ...tried,
          state,
          result: { mediaType: 'image/png', bytes: 7, width: 1, height: 1, warnings: [] },
        };
      case 'failed':
        return { ...tried, state, failure: { code: 'broken', message: 'It is broken.' } };
      case 'cancelled':
        return { ...tried, state };
    }
  };
  const move = (from: Job, before: State, after: State, now: number) =>
    afterMove(from, item(before), item(after), now);

  test('starts with its first lease, ends with its last outcome, and is open again after a retry', () => {
    const started = move(job, 'pending', 'processing', 10);
    const failed = move(started, 'processing', 'failed', 20);
    expect([failed.startedAt, failed.completedAt, stateOf(failed)]).toEqual([10, null, 'processing']);
    const again = move(failed, 'pending', 'processing', 30);
    const over = move(again, 'processing', 'completed', 40);
    expect([over.startedAt, over.completedAt, stateOf(over)]).toEqual([10, 40, 'completed']);
    expect([failed.bytes, over.bytes]).toEqual([20, 27]);
    const retried = move(over, 'failed', 'pending', 50);
    expect([retried.startedAt, retried.completedAt, stateOf(retried)]).toEqual([10, null, 'processing']);
  });
});

describe('the order of leases', () => {
  test('sorts as text by priority, age and index', () => {
    const one = fc.record({
      priority: fc.integer({ min: 0, max: 9 }),
      createdAt: fc.integer({ min: 0, max: 8.64e15 / 10 }),
      index: fc.nat({ max: 99_999 }),
    });
    fc.assert(
      fc.property(one, one, (a, b) => {
        const byNumber = b.priority - a.priority || a.createdAt - b.createdAt || a.index - b.index;
        const [first, second] = [a, b].map((job) => leaseOrder({ ...job, id: 'same' }, job.index));
        const byText = first === second ? 0 : String(first) < String(second) ? -1 : 1;
        expect(byText).toBe(Math.sign(byNumber));
      }),
    );
  });

  test('an item is ready from the millisecond on that it names', () => {
    const item = {
      id: 'i',
      jobId: 'j',
      index: 0,
      filename: 'f',
      inputBytes: 1,
      inputMediaType: 'image/png',
      attempt: 0,
      attemptsLeft: 3,
      state: 'pending',
      availableAt: 100,
      lastFailure: null,
    } as const;
    expect([isReady(item, 99), isReady(item, 100)]).toEqual([false, true]);
  });
});

describe('backoff', () => {
  test('doubles from its base up to its maximum', () => {
    const waits = Array.from({ length: 9 }, (_, failures) => backoffMillis(DEFAULT_POLICY, failures + 1, 0));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test('is never longer than that, and at most a quarter shorter', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), random, (failures, random) => {
        const full = backoffMillis(DEFAULT_POLICY, failures, 0);
        const wait = backoffMillis(DEFAULT_POLICY, failures, random);
        expect(wait).toBeLessThanOrEqual(full);
        expect(wait).toBeGreaterThanOrEqual(Math.floor(full * 0.75));
      }),
    );
  });
});
