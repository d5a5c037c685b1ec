/**
 * Gathers what is told about several things, and tells the latest of each, in groups that are at least so long apart:
 * what a page draws of it takes cores from the work that is told of.
 */
export class InGroups<T> {
  readonly #apartMillis: number;
  readonly #tell: (value: T) => void;
  readonly #latest = new Map<string, T>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(apartMillis: number, tell: (value: T) => void) {
    this.#apartMillis = apartMillis;
    this.#tell = tell;
  }

  put(key: string, value: T): void {
    this.#latest.set(key, value);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const values = [...this.#latest.values()];
      this.#latest.clear();
      values.forEach(this.#tell);
    }, this.#apartMillis);
  }

  /** It is over: nothing is told of it any more. */
  drop(key: string): void {
    this.#latest.delete(key);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest.clear();
  }
}
