import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import { Listeners } from '#queue/listeners.ts';

/** How soon another process's commit is heard. Looking costs some microseconds. */
const POLL_MILLIS = 100;

const dataVersion = z.object({ data_version: z.int() });

/**
 * Tells listeners of commits on one connection's file: this connection's when `announce` is called, all others' by
 * SQLite's `data_version`, looked at while somebody listens.
 */
export class CommitWatch {
  readonly #dataVersion: StatementSync;
  readonly #listeners = new Listeners();
  #timer: NodeJS.Timeout | null = null;
  #seen = 0;
  #announced = false;

  constructor(db: DatabaseSync) {
    this.#dataVersion = db.prepare('PRAGMA data_version');
  }

  add(listener: () => void): () => void {
    const remove = this.#listeners.add(listener);
    this.#start();
    return () => {
      remove();
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  /** Calls the listeners after the running task, once for all commits of that task. */
  announce(): void {
    if (this.#announced || this.#listeners.size === 0) return;
    this.#announced = true;
    queueMicrotask(() => {
      this.#announced = false;
      this.#listeners.tell();
    });
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #start(): void {
    if (this.#timer !== null) return;
    this.#seen = this.#version();
    this.#timer = setInterval(() => {
      this.#look();
    }, POLL_MILLIS);
    this.#timer.unref();
  }

  #look(): void {
    const version = this.#version();
    if (version === this.#seen) return;
    this.#seen = version;
    this.#listeners.tell();
  }

  /** A database that cannot be read counts as changed: whoever listens will ask it, and learn why. */
  #version(): number {
    try {
      return dataVersion.parse(this.#dataVersion.get()).data_version;
    } catch {
      return -1 - this.#seen;
    }
  }
}
