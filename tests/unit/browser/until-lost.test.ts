import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { untilLost } from '../../../src/lib/browser/until-lost.ts';

/** Each took 256 with `Promise.race`. */
const MOST_BYTES = 32;

test('nothing is kept of work that is done, however long the worker lives', async () => {
  const { promise: lost, reject: lose } = Promise.withResolvers<never>();
  const work = async (times: number) => {
    for (let n = 0; n < times; n++) await untilLost(Promise.resolve(n), lost);
  };
  await work(1_000);
  const before = heapInUse();
  await work(20_000);
  expect((heapInUse() - before) / 20_000).toBeLessThan(MOST_BYTES);
  // It was not lost before: nobody could have told.
  lose(new Error('out of memory'));
});

test('all work in hand fails with the worker, and so does what comes later', async () => {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  const never = new Promise<string>(() => undefined);
  const inHand = [untilLost(never, lost), untilLost(never, lost)];
  const cause = new Error('out of memory');
  reject(cause);
  expect(await Promise.allSettled(inHand)).toEqual(inHand.map(() => ({ status: 'rejected', reason: cause })));
  await expect(untilLost(never, lost)).rejects.toBe(cause);
});

test('work ends as it ends: with an answer or a failure of its own', async () => {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  const failure = new Error('not an image');
  expect(await untilLost(Promise.resolve('done'), lost)).toBe('done');
  await expect(untilLost(Promise.reject(failure), lost)).rejects.toBe(failure);
  const done = untilLost(Promise.resolve('done'), lost);
  await done;
  reject(new Error('lost'));
  expect(await done).toBe('done');
});

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
