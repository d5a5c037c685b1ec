import type { Picture } from './pictures.ts';

/** Where to, among the jobs that wait: before one of them, or after the last (`undefined`). */
export type Place = { readonly before: string | undefined };

/** Ids of the jobs that wait for this device, the next one first. */
export function waitingJobs(pictures: readonly Picture[]): string[] {
  const waiting = pictures.filter(({ state, place }) => state === 'pending' && place === undefined);
  const byTurn = waiting.toSorted((a, b) => (a.turn < b.turn ? -1 : a.turn > b.turn ? 1 : 0));
  return [...new Set(byTurn.map(({ jobId }) => jobId))];
}

/**
 * The order that puts `moved` at a place, in the order that they have: of those jobs alone whose turn it changes, or
 * nothing when all is so already.
 */
export function orderWith(waiting: readonly string[], moved: readonly string[], { before }: Place): string[] {
  const moving = waiting.filter((id) => moved.includes(id));
  const rest = waiting.filter((id) => !moved.includes(id));
  // Dropped on one of themselves, they go before the next that stays.
  const anchor = waiting.slice(before === undefined ? waiting.length : waiting.indexOf(before));
  const at = rest.findIndex((id) => anchor.includes(id));
  const order = rest.toSpliced(at < 0 ? rest.length : at, 0, ...moving);
  const first = order.findIndex((id, place) => id !== waiting[place]);
  const last = order.findLastIndex((id, place) => id !== waiting[place]);
  return first < 0 ? [] : order.slice(first, last + 1);
}

/** The place one step (or, with `all`, every step) earlier or later than `moved` are now. */
export function placeBeside(
  waiting: readonly string[],
  moved: readonly string[],
  direction: 'earlier' | 'later',
  all: boolean,
): Place {
  const places = moved.map((id) => waiting.indexOf(id)).filter((place) => place >= 0);
  if (direction === 'earlier') {
    return { before: all ? waiting[0] : waiting[Math.max(0, Math.min(...places) - 1)] };
  }
  return { before: all ? undefined : waiting[Math.max(...places) + 2] };
}
