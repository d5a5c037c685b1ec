/**
 * Tells of changes of one database: to listeners here, and to those in all other tabs and workers of the origin. (A
 * BroadcastChannel does not deliver to itself.)
 */
export class ChangeChannel {
  readonly #listeners = new Set<() => void>();
  readonly #channel: BroadcastChannel;

  constructor(database: string) {
    this.#channel = new BroadcastChannel(`${database}:changes`);
    this.#channel.addEventListener('message', () => {
      this.#tell();
    });
  }

  add(listener: () => void): () => void {
    // A function may be added twice, and then is taken away once at a time.
    const own = (): void => {
      listener();
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  announce(): void {
    this.#channel.postMessage('changed');
    queueMicrotask(() => {
      this.#tell();
    });
  }

  close(): void {
    this.#listeners.clear();
    this.#channel.close();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
