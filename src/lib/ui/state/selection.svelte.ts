import { SvelteSet } from 'svelte/reactivity';
import type { Picture } from './pictures.ts';

/** Which of the shown pictures are selected. What is hidden by a filter, or gone, is not. */
export class Selection {
  readonly #keys = new SvelteSet<string>();
  readonly #shown: () => readonly Picture[];
  /** Where a range begins. */
  #anchor: string | undefined;

  constructor(shown: () => readonly Picture[]) {
    this.#shown = shown;
  }

  readonly pictures: readonly Picture[] = $derived.by(() =>
    this.#keys.size === 0 ? [] : this.#shown().filter(({ key }) => this.#keys.has(key)),
  );
  readonly active = $derived.by(() => this.pictures.length > 0);

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  toggle(key: string): void {
    if (!this.#keys.delete(key)) this.#keys.add(key);
    this.#anchor = key;
  }

  /** From where the last selection was made to this one. */
  extendTo(key: string): void {
    const shown = this.#shown();
    const [from, to] = [this.#anchor ?? key, key].map((end) => shown.findIndex((each) => each.key === end));
    if (from === undefined || to === undefined || from < 0 || to < 0) {
      this.toggle(key);
      return;
    }
    this.#anchor ??= key;
    for (const each of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#keys.add(each.key);
  }

  all(): void {
    for (const { key } of this.#shown()) this.#keys.add(key);
  }

  clear(): void {
    this.#keys.clear();
    this.#anchor = undefined;
  }

  /** What an action on this picture is about: all that is selected when it is one of them, else it alone. */
  with(picture: Picture): readonly Picture[] {
    return this.#keys.has(picture.key) ? this.pictures : [picture];
  }
}
