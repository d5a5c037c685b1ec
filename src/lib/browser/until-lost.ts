/** By what tells that a worker is lost: how to tell those who wait for an answer of it. */
const waiting = new WeakMap<Promise<never>, Set<(cause: unknown) => void>>();

/**
 * What `work` gives, unless `lost` rejects first. `Promise.race` would leave some 256 bytes with `lost` at each call, for
 * as long as the worker lives (https://github.com/nodejs/node/issues/17469).
 */
export function untilLost<T>(work: Promise<T>, lost: Promise<never>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const all = waiting.get(lost) ?? waitFor(lost);
  all.add(reject);
  void work.then(resolve, reject).then(() => all.delete(reject));
  return promise;
}

function waitFor(lost: Promise<never>): Set<(cause: unknown) => void> {
  const all = new Set<(cause: unknown) => void>();
  waiting.set(lost, all);
  lost.catch((cause: unknown) => {
    waiting.delete(lost);
    for (const reject of all) reject(cause);
  });
  return all;
}
