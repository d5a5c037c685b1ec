import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';

/** How soon another process's commit is heard. Looking costs some microseconds. */
const POLL_MILLIS = 100;

const dataVersion = z.object({ data_version: z.int() });

/**
 * Tells listeners of commits on one connection's file: this connection's when `announce` is called, all others' by
 * SQLite's `data_version`, looked at while somebody listens.
 */
export class CommitWatch {
  readonly #dataVersion: StatementSync;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #seen = 0;
  #announced = false;

  constructor(db: DatabaseSync) {
    this.#dataVersion = db.prepare('PRAGMA data_version');
  }

  add(listener: () => void): () => void {
    // A function may be added twice, and then is taken away once at a time.
    const own = (): void => {
      listener();
    };
    this.#listeners.add(own);
    this.#start();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  /** Calls the listeners after the running task, once for all commits of that task. */
  announce(): void {
    if (this.#announced || this.#listeners.size === 0) return;
    this.#announced = true;
    queueMicrotask(() => {
      this.#announced = false;
      this.#tell();
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
    this.#tell();
  }

  /** A database that cannot be read counts as changed: whoever listens will ask it, and learn why. */
  #version(): number {
    try {
      return dataVersion.parse(this.#dataVersion.get()).data_version;
    } catch {
      return -1 - this.#seen;
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
