import type { Engine, Progress } from './offcut.ts';
import type { SendProgress, SyncStatus } from './sync/interface.ts';

/** What the leader tells the other tabs, and what a tab that has just opened asks it. */
export type TabMessage =
  | { readonly kind: 'engine'; readonly engine: Engine }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'ask' }
  | { readonly kind: 'sync'; readonly status: SyncStatus }
  | { readonly kind: 'sending'; readonly progress: SendProgress }
  /** A server was connected, or let go. */
  | { readonly kind: 'sync-settings' }
  | { readonly kind: 'sync-now' }
  /** Much is being added: whoever computes leaves a core to that, for a moment. */
  | { readonly kind: 'make-way' };

const NAME = 'offcut-tabs';

/** Messages between the tabs of this browser, the sender included. */
export class TabChannel {
  readonly #channel = new BroadcastChannel(NAME);
  readonly #listeners = new Set<(message: TabMessage) => void>();

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      this.#deliver(data);
    };
  }

  /** A BroadcastChannel does not deliver to itself; this one does. */
  post(message: TabMessage): void {
    this.#channel.postMessage(message);
    this.#deliver(message);
  }

  listen(listener: (message: TabMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#channel.close();
    this.#listeners.clear();
  }

  #deliver(message: TabMessage): void {
    for (const listener of this.#listeners) listener(message);
  }
}
