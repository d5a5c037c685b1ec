/** Those who want to hear that something happened. */
export class Listeners {
  readonly #all = new Set<() => void>();

  get size(): number {
    return this.#all.size;
  }

  /** A function may be added twice, and then is taken away once at a time. @returns what takes it away */
  add(listener: () => void): () => void {
    const own = (): void => {
      listener();
    };
    this.#all.add(own);
    return () => {
      this.#all.delete(own);
    };
  }

  tell(): void {
    for (const listener of this.#all) listener();
  }

  clear(): void {
    this.#all.clear();
  }
}
