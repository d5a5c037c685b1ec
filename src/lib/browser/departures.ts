/**
 * Which tabs said good-bye. A tab that closes or reloads has no time for anything asynchronous, but it can still write
 * here; a crashed one cannot. So the next leader knows whether an image may have killed the tab.
 */
const PREFIX = 'offcut.left.';

/** `storage` may be absent: some private modes refuse it. Then everybody counts as crashed. */
export class Departures {
  readonly #storage: Storage | undefined;

  constructor(storage: Storage | undefined) {
    this.#storage = storage;
  }

  sayGoodbye(owner: string): void {
    this.#storage?.setItem(PREFIX + owner, '');
  }

  /** It came back: out of the back-forward cache. */
  takeBack(owner: string): void {
    this.#storage?.removeItem(PREFIX + owner);
  }

  saidGoodbye(owner: string): boolean {
    return this.#storage?.getItem(PREFIX + owner) != null;
  }

  /** Once all leases of the departed were returned, nobody asks again. */
  forgetAllBut(owner: string): void {
    const storage = this.#storage;
    if (storage === undefined) return;
    for (const key of Object.keys(storage)) {
      if (key.startsWith(PREFIX) && key !== PREFIX + owner) storage.removeItem(key);
    }
  }
}

/** `localStorage`, which throws instead of being absent where it is forbidden. */
export function storageIfAllowed(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
