import { STATES, type State } from '#queue/states.ts';
import { type Picture, tallyOf } from './pictures.ts';

export type Filter = 'all' | State;

/** Which of the pictures the gallery shows. */
export class View {
  filter = $state<Filter>('all');
  readonly #all: () => readonly Picture[];

  constructor(all: () => readonly Picture[]) {
    this.#all = all;
  }

  readonly tally = $derived.by(() => tallyOf(this.#all()));

  /** What there is something of, and what is chosen. */
  readonly filters: readonly { filter: Filter; count: number }[] = $derived.by(() => [
    { filter: 'all', count: this.tally.total },
    ...STATES.map((state) => ({ filter: state, count: this.tally[state] })).filter(
      ({ filter, count }) => count > 0 || filter === this.filter,
    ),
  ]);

  readonly shown: readonly Picture[] = $derived.by(() => {
    const { filter } = this;
    return filter === 'all' ? this.#all() : this.#all().filter(({ state }) => state === filter);
  });
}
