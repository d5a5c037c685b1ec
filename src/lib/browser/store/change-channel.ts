import { Listeners } from '#queue/listeners.ts';

/**
 * Tells of changes of one database: to listeners here, and to those in all other tabs and workers of the origin. (A
 * BroadcastChannel does not deliver to itself.)
 */
export class ChangeChannel {
  readonly #listeners = new Listeners();
  readonly #channel: BroadcastChannel;

  constructor(database: string) {
    this.#channel = new BroadcastChannel(`${database}:changes`);
    this.#channel.addEventListener('message', () => {
      this.#listeners.tell();
    });
  }

  add(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  announce(): void {
    this.#channel.postMessage('changed');
    queueMicrotask(() => {
      this.#listeners.tell();
    });
  }

  close(): void {
    this.#listeners.clear();
    this.#channel.close();
  }
}
