/**
 * The one vocabulary of states, for items and for jobs. SQL, Dexie, wire schemas and UI derive theirs from it.
 * An item holds a state; a job's state is derived from how many of its items are in each (see `deriveState`).
 */
export const STATES = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;

export type State = (typeof STATES)[number];

/** Where an item may go from each state. `retry` is what leads out of failed and cancelled. */
export const TRANSITIONS = {
  pending: ['processing', 'cancelled'],
  processing: ['pending', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: ['pending'],
  cancelled: ['pending'],
} as const satisfies Record<State, readonly State[]>;

export function mayGo(from: State, to: State): boolean {
  const targets: readonly State[] = TRANSITIONS[from];
  return targets.includes(to);
}

/** How many of a job's items (or how many jobs of a queue) are in each state. */
export type StateCounts = Readonly<Record<State, number>>;

export const NO_COUNTS: StateCounts = { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 };

export function totalOf(counts: StateCounts): number {
  return STATES.reduce((sum, state) => sum + counts[state], 0);
}

/** One moved from `from` to `to`. */
export function moved(counts: StateCounts, from: State, to: State): StateCounts {
  if (from === to) return counts;
  return { ...counts, [from]: counts[from] - 1, [to]: counts[to] + 1 };
}

/** True when nothing of the job is left to do. */
export function isOver(counts: StateCounts): boolean {
  return counts.pending + counts.processing === 0;
}

/**
 * A job's state: open while any item is; then cancelled when any item was cancelled, completed when at least one
 * succeeded (failed ones are counted and named in its results), failed when none did.
 */
export function deriveState(counts: StateCounts): State {
  if (counts.processing > 0) return 'processing';
  const over = counts.completed + counts.failed + counts.cancelled;
  if (counts.pending > 0) return over > 0 ? 'processing' : 'pending';
  if (counts.cancelled > 0) return 'cancelled';
  return counts.completed > 0 ? 'completed' : 'failed';
}
