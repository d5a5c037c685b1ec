interface Closable {
  close(): void;
}

/** What is loaded when it is first asked for. A load that failed is forgotten: the next call tries again. */
export class OnDemand<T extends Closable> {
  readonly #load: () => Promise<T>;
  #loading: Promise<T> | undefined;
  #closed = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** @throws what loading throws, and an `AbortError` once closed */
  get(): Promise<T> {
    this.#loading ??= this.#loadOpen().catch((cause: unknown) => {
      this.#loading = undefined;
      throw cause;
    });
    return this.#loading;
  }

  close(): void {
    this.#closed = true;
    this.#loading?.then(
      (loaded) => {
        loaded.close();
      },
      () => undefined,
    );
  }

  async #loadOpen(): Promise<T> {
    if (this.#closed) throw new DOMException('Offcut was closed on this page.', 'AbortError');
    return this.#load();
  }
}
