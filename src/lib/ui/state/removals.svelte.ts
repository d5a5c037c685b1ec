import { SvelteSet } from 'svelte/reactivity';
import { allAtOnce } from './all-at-once.ts';

/** Seconds in which a deletion can be taken back. */
export const UNDO_SECONDS = 8;

/**
 * Deleting that can be undone: a deleted job is hidden at once and removed for good a little later, or as soon as
 * `commit` is called. Deletions that follow each other closely are one, and are undone together.
 */
export class Removals {
  /** Ids of jobs that the page must not show though they are there still. */
  readonly hidden = new SvelteSet<string>();
  /** Ids that undo would bring back. */
  pending = $state.raw<readonly string[]>([]);

  readonly #remove: (jobId: string) => Promise<void>;
  readonly #onProblem: (cause: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(remove: (jobId: string) => Promise<void>, onProblem: (cause: unknown) => void) {
    this.#remove = remove;
    this.#onProblem = onProblem;
  }

  hide(jobIds: readonly string[]): void {
    const fresh = jobIds.filter((id) => !this.hidden.has(id));
    for (const id of fresh) this.hidden.add(id);
    this.pending = [...this.pending, ...fresh];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.commit(), UNDO_SECONDS * 1_000);
  }

  undo(): void {
    for (const id of this.#take()) this.hidden.delete(id);
  }

  /** Removes what is pending. What cannot be removed shows again. */
  async commit(): Promise<void> {
    await allAtOnce(this.#take(), async (id) => {
      try {
        await this.#remove(id);
      } catch (cause) {
        this.hidden.delete(id);
        this.#onProblem(cause);
      }
    });
  }

  /** They are gone. One that comes back, with an imported library, is to be seen. */
  forget(jobIds: readonly string[]): void {
    for (const id of jobIds) this.hidden.delete(id);
  }

  #take(): readonly string[] {
    clearTimeout(this.#timer);
    const ids = this.pending;
    this.pending = [];
    return ids;
  }
}
