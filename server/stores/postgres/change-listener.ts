import type { Client } from 'pg';
import { Listeners } from '#queue/listeners.ts';

export const CHANNEL = 'offcut_changes';

/** How soon a change is heard of while LISTEN does not work, and at the latest when a connection has silently died. */
const POLL_MILLIS = 1000;
const POLL_WHILE_LISTENING_MILLIS = 5000;
const LONGEST_PAUSE_MILLIS = 5000;
/**
 * Changes that come closer together are told of as one, the first at once. Every listener asks the database then, so
 * without this many machines would ask it many times for each image that one of them finishes.
 */
const MERGE_MILLIS = 100;

export interface ChangeSource {
  /** A new connection of its own to listen on. */
  readonly newClient: () => Client;
  /** The newest sequence number. */
  readonly head: () => Promise<number>;
}

/**
 * Tells listeners of every commit that moved the change feed, by anyone: at once by NOTIFY, and by looking at the feed
 * now and then, since a notification is lost while the connection is. Connects again for as long as it is open.
 */
export class ChangeListener {
  readonly #source: ChangeSource;
  readonly #listeners = new Listeners();
  #client: Client | undefined;
  #listening = false;
  #started = false;
  #closed = false;
  #seen = 0;
  #poll: NodeJS.Timeout | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #pauseMillis = 100;
  #merging: NodeJS.Timeout | undefined;
  #untold = false;

  constructor(source: ChangeSource) {
    this.#source = source;
  }

  add(listener: () => void): () => void {
    this.#start();
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    clearTimeout(this.#poll);
    clearTimeout(this.#reconnect);
    clearTimeout(this.#merging);
    await this.#client?.end().catch(() => undefined);
  }

  #start(): void {
    if (this.#started || this.#closed) return;
    this.#started = true;
    void this.#connect();
    this.#pollLater();
  }

  async #connect(): Promise<void> {
    const client = this.#source.newClient();
    this.#client = client;
    const lost = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#listening = false;
      void client.end().catch(() => undefined);
      this.#connectLater();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload }) => {
      this.#hear(Number(payload));
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#listening = true;
      this.#pauseMillis = 100;
      // What was committed before LISTEN took hold went unheard.
      this.#tell();
    } catch {
      lost();
    }
  }

  #connectLater(): void {
    if (this.#closed) return;
    this.#reconnect = setTimeout(() => void this.#connect(), this.#pauseMillis).unref();
    this.#pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, this.#pauseMillis * 2);
  }

  #pollLater(): void {
    if (this.#closed) return;
    const millis = this.#listening ? POLL_WHILE_LISTENING_MILLIS : POLL_MILLIS;
    this.#poll = setTimeout(() => void this.#look(), millis).unref();
  }

  async #look(): Promise<void> {
    // Nobody to tell: whoever comes asks the store first.
    if (this.#listeners.size > 0) {
      const head = await this.#source.head().catch(() => this.#seen);
      if (head > this.#seen) this.#hear(head);
    }
    this.#pollLater();
  }

  #hear(head: number): void {
    this.#seen = Math.max(this.#seen, head);
    this.#tell();
  }

  #tell(): void {
    if (this.#merging !== undefined) {
      this.#untold = true;
      return;
    }
    this.#untold = false;
    this.#merging = setTimeout(() => {
      this.#merging = undefined;
      if (this.#untold) this.#tell();
    }, MERGE_MILLIS).unref();
    this.#listeners.tell();
  }
}
