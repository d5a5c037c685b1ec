import { describe, expect, test } from 'vitest';
import { UNSENT_PLACE, type SeenItem, type ServerPlace, type Wish } from '#queue/place.ts';
import { NO_COUNTS, type State } from '#queue/states.ts';
import { cancelWished, requestOf, retryWished, settled } from '#sync/wishes.ts';

/* The tables of docs/sync.md. */

const item = (status: State): SeenItem => ({
  filename: 'a.jpg',
  status,
  width: null,
  height: null,
  bytes: null,
  warnings: [],
  error: null,
});

function at(state: State, { run = 0, wish = null }: { run?: number; wish?: Wish | null } = {}): ServerPlace {
  const seen = { run, createdAt: 1, startedAt: null, completedAt: null, items: [item(state)] };
  return { ...UNSENT_PLACE, delivery: { state: 'accepted', remoteId: 'r' }, wish, seen };
}

const counts = (state: State) => ({ ...NO_COUNTS, [state]: 1 });
const cancel = (run: number, orNext = false, sent = false): Wish => ({ kind: 'cancel', run, orNext, sent });
const retry = (run: number, sent = false): Wish => ({ kind: 'retry', run, sent });

describe('what the user does', () => {
  test.each<[string, ServerPlace, State, Wish | null | 'nothing to do']>([
    ['cancels a job that was never sent', UNSENT_PLACE, 'pending', cancel(0)],
    ['cancels one in work', at('processing', { run: 2 }), 'processing', cancel(2)],
    ['cancels one that is over, with a result on its way', at('completed'), 'processing', 'nothing to do'],
    ['cancels one that is over', at('failed'), 'failed', 'nothing to do'],
    ['takes back a retry', at('failed', { wish: retry(0) }), 'pending', null],
    ['takes back a retry that was sent', at('failed', { wish: retry(0, true) }), 'pending', cancel(0, true)],
  ])('%s', (_, place, shown, expected) => {
    const next = cancelWished(place, counts(shown));
    expect(next === undefined ? 'nothing to do' : next.wish).toEqual(expected);
  });

  test.each<[string, ServerPlace, State, Wish | null | 'nothing to do']>([
    ['retries a failed job', at('failed', { run: 1 }), 'failed', retry(1)],
    ['retries a completed job', at('completed'), 'completed', 'nothing to do'],
    ['takes back a cancel', at('processing', { wish: cancel(0) }), 'cancelled', null],
    [
      'takes back a cancel that was sent',
      at('processing', { wish: cancel(0, false, true) }),
      'cancelled',
      retry(0),
    ],
    [
      'takes back the cancel of a job that was never sent',
      { ...UNSENT_PLACE, wish: cancel(0) },
      'cancelled',
      null,
    ],
  ])('%s', (_, place, shown, expected) => {
    const next = retryWished(place, counts(shown));
    expect(next === undefined ? 'nothing to do' : next.wish).toEqual(expected);
  });

  test('retries what the server refused: it may have come all the same, so it counts as sent', () => {
    const refused: ServerPlace = {
      ...UNSENT_PLACE,
      delivery: { state: 'refused', code: 'x', message: 'X.' },
    };
    expect(retryWished(refused, counts('failed'))?.delivery).toEqual({ state: 'sending' });
  });
});

describe('a wish meets the server', () => {
  test.each<[Wish, State, number, string | undefined, boolean]>([
    // wish, the server's job and its run, the request, whether the wish is over
    [cancel(1), 'processing', 1, 'cancel 1', false],
    [cancel(1), 'completed', 1, undefined, true],
    [cancel(1), 'processing', 2, undefined, true],
    [cancel(1, true), 'processing', 2, 'cancel 2', false],
    [retry(1), 'failed', 1, 'retry 1', false],
    [retry(1), 'cancelled', 1, 'retry 1', false],
    [retry(1), 'failed', 2, undefined, true],
    [retry(1), 'completed', 1, undefined, true],
    [retry(1), 'processing', 1, undefined, false],
  ])('%j, and the job is %s in run %i: %s', (wish, state, run, expected, isOver) => {
    const place = at(state, { run, wish });
    const request = requestOf(place);
    expect(request && `${request.kind} ${String(request.run)}`).toBe(expected);
    expect(settled(place).wish === null).toBe(isOver);
  });
});
