import type { Item, ItemResult, PendingItem, ProcessingItem } from '#queue/job.ts';
import { DEFAULT_POLICY } from '#queue/policy.ts';
import { mayGo, STATES, type State } from '#queue/states.ts';
import * as transitions from '#queue/transitions.ts';
import { describe, expect, expectTypeOf, test } from 'vitest';

const base = {
  id: 'item',
  jobId: 'job',
  index: 0,
  filename: 'photo.jpg',
  inputBytes: 3,
  inputMediaType: 'image/jpeg',
  attempt: 1,
  attemptsLeft: 3,
};
const failure = { code: 'broken', message: 'The image is broken.' };
const result: ItemResult = { mediaType: 'image/png', bytes: 9, width: 2, height: 2, warnings: [] };
const mine = { owner: 'me', attempt: 1 };
const now = 10_000;
const how = { policy: DEFAULT_POLICY, now, random: 0 };

const inState = {
  pending: { ...base, state: 'pending', availableAt: 0, lastFailure: null },
  processing: { ...base, state: 'processing', lease: { owner: 'me', until: now } },
  completed: { ...base, state: 'completed', result },
  failed: { ...base, state: 'failed', failure },
  cancelled: { ...base, state: 'cancelled' },
} satisfies { [S in State]: Extract<Item, { state: S }> };

/** Every event, and the states that it leads to from those that it applies to; from all others it is refused. */
const events: Record<
  string,
  { apply: (item: Item) => Item | undefined; leads: Partial<Record<State, State>> }
> = {
  prolonged: {
    apply: (item) => transitions.prolonged(item, mine, now + 1),
    leads: { processing: 'processing' },
  },
  completed: {
    apply: (item) => transitions.completed(item, mine, result),
    leads: { processing: 'completed' },
  },
  'failed, to be tried again': {
    apply: (item) => transitions.failed(item, mine, failure, { ...how, retryable: true }),
    leads: { processing: 'pending' },
  },
  'failed for good': {
    apply: (item) => transitions.failed(item, mine, failure, { ...how, retryable: false }),
    leads: { processing: 'failed' },
  },
  expired: { apply: (item) => transitions.expired(item, how), leads: { processing: 'pending' } },
  released: { apply: (item) => transitions.released(item, mine, now), leads: { processing: 'pending' } },
  abandoned: { apply: (item) => transitions.abandoned(item, 'me', how), leads: { processing: 'pending' } },
  cancelled: {
    apply: transitions.cancelled,
    leads: { pending: 'cancelled', processing: 'cancelled' },
  },
  retried: {
    apply: (item) => transitions.retried(item, DEFAULT_POLICY, now),
    leads: { failed: 'pending', cancelled: 'pending' },
  },
};

describe('every event in every state', () => {
  const table = Object.entries(events).flatMap(([event, { apply, leads }]) =>
    STATES.map((state) => ({ event, state, apply, to: leads[state] })),
  );

  test.each(table)('$event: $state → $to', ({ state, apply, to }) => {
    const before = structuredClone(inState[state]);
    const after = apply(inState[state]);
    expect(after?.state).toBe(to);
    expect(inState[state]).toEqual(before);
    if (after === undefined) return;
    // What an item is called and where it belongs never changes.
    const { attempt: _attempt, attemptsLeft: _left, ...fixed } = base;
    expect(after).toMatchObject(fixed);
    if (after.state !== state) expect(mayGo(state, after.state)).toBe(true);
  });

  test('each allowed way between two states is led to by some event', () => {
    const led = table.flatMap(({ state, to }) =>
      to === undefined || to === state ? [] : [`${state} → ${to}`],
    );
    const allowed = STATES.flatMap((from) =>
      STATES.filter((to) => mayGo(from, to)).map((to) => `${from} → ${to}`),
    );
    // Leasing is not in the table: its type admits waiting items only.
    expect(new Set([...led, 'pending → processing'])).toEqual(new Set(allowed));
  });
});

describe('a lease', () => {
  test('starts the next attempt', () => {
    const leased = transitions.leased(inState.pending, { owner: 'me', until: 20_000 });
    expect(leased).toEqual({
      ...base,
      attempt: 2,
      state: 'processing',
      lease: { owner: 'me', until: 20_000 },
    });
  });

  test.each([
    ['another owner', { owner: 'you', attempt: 1 }],
    ['an earlier attempt', { owner: 'me', attempt: 0 }],
    ['a later attempt', { owner: 'me', attempt: 2 }],
  ])('is not held by %s, who may write nothing', (_who, held) => {
    const item = inState.processing;
    expect(transitions.prolonged(item, held, now)).toBeUndefined();
    expect(transitions.completed(item, held, result)).toBeUndefined();
    expect(transitions.failed(item, held, failure, { ...how, retryable: false })).toBeUndefined();
    expect(transitions.released(item, held, now)).toBeUndefined();
  });

  test('is over when its end is reached, and not before', () => {
    const ends = (until: number) => ({ ...inState.processing, lease: { owner: 'me', until } });
    expect(transitions.expired(ends(now + 1), how)).toBeUndefined();
    expect(transitions.expired(ends(now), how)?.state).toBe('pending');
  });

  test('of a runner that is known to be gone need not run out', () => {
    const item = { ...inState.processing, lease: { owner: 'me', until: now + 25_000 } };
    expect(transitions.abandoned(item, 'you', how)).toBeUndefined();
    expect(transitions.abandoned(item, 'me', how)).toMatchObject({ availableAt: now, attemptsLeft: 2 });
  });
});

describe('attempts', () => {
  test('end in failure after as many as the policy allows, with the last cause kept', () => {
    let item: Item = { ...inState.pending, attempt: 0, attemptsLeft: DEFAULT_POLICY.maxAttempts };
    const waits = [];
    while (item.state === 'pending') {
      const leased: ProcessingItem = transitions.leased(item, { owner: 'me', until: now });
      const held = { owner: 'me', attempt: leased.attempt };
      const after = transitions.failed(leased, held, failure, { ...how, retryable: true });
      expect(after).toBeDefined();
      if (after?.state === 'pending') waits.push(after.availableAt - now);
      item = after ?? inState.completed;
    }
    expect(item).toMatchObject({ state: 'failed', attempt: 3, attemptsLeft: 0, failure });
    expect(waits).toEqual([1_000, 2_000]);
  });

  test('count when the runner died, and not when it gave the item back', () => {
    expect(transitions.expired(inState.processing, how)).toMatchObject({ attemptsLeft: 2, attempt: 1 });
    expect(transitions.released(inState.processing, mine, now)).toMatchObject({
      attemptsLeft: 3,
      attempt: 1,
    });
  });

  test('are all ahead again after a retry, but go on counting up', () => {
    const retried = transitions.retried(
      { ...inState.failed, attempt: 3, attemptsLeft: 0 },
      DEFAULT_POLICY,
      now,
    );
    expect(retried).toMatchObject({ attemptsLeft: 3, attempt: 3, availableAt: now });
  });
});

describe('what does not compile', () => {
  test('an item with the fields of another state', () => {
    // @ts-expect-error -- a waiting item says from when on it may be leased
    const waiting: Item = { ...base, state: 'pending', lastFailure: null };
    // @ts-expect-error -- only a completed item has a result
    const cancelled: Item = { ...base, state: 'cancelled', result };
    // @ts-expect-error -- there is no such state
    const done: Item = { ...base, state: 'done' };
    expect([waiting, cancelled, done]).toHaveLength(3);
  });

  test('reading a lease before it is known that the item has one', () => {
    expectTypeOf<Item>().not.toHaveProperty('lease');
    expectTypeOf<Extract<Item, { lease: unknown }>>().toEqualTypeOf<ProcessingItem>();
    expectTypeOf<Extract<Item, { availableAt: unknown }>>().toEqualTypeOf<PendingItem>();
    expectTypeOf<Item['state']>().toEqualTypeOf<State>();
  });

  test('leasing what is not waiting', () => {
    expectTypeOf(transitions.leased).parameter(0).toEqualTypeOf<PendingItem>();
  });
});
