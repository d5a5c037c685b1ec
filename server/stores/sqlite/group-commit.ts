import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, within } from './transaction.ts';

/** One caller's part of a transaction. */
interface Waiting {
  readonly run: () => void;
  readonly settle: (failure?: { readonly cause: unknown }) => void;
}

/**
 * Many at most for one transaction: it holds the lock of the file, and this thread, for as long as they take, some
 * milliseconds.
 */
const MOST = 200;

/**
 * Group commit: what many callers want written at about the same time goes into one transaction, and so waits for the
 * disk once. Each keeps a savepoint of its own: one that throws takes back its own writes and no one else's. All are
 * answered after the commit, for until then nothing is durable.
 *
 * Source: DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  #waiting: Waiting[] = [];

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * Runs `work` in a transaction with others.
   * @throws what `work` throws, and QueueError `storage_full`
   */
  write<T>(work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let answer: { readonly value: T } | undefined;
    this.#waiting.push({
      run: () => {
        answer = { value: work() };
      },
      settle: (failure) => {
        if (failure !== undefined) reject(failure.cause);
        else if (answer !== undefined) resolve(answer.value);
      },
    });
    // After the events at hand: all that they want written goes together.
    if (this.#waiting.length === 1) setImmediate(() => this.flush());
    return promise;
  }

  /** Writes what waits, now. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commit(this.#waiting.splice(0, MOST));
  }

  #commit(group: readonly Waiting[]): void {
    const failures = new Map<Waiting, { cause: unknown }>();
    try {
      inTransaction(this.#db, 'IMMEDIATE', () => {
        for (const one of group) {
          try {
            within(this.#db, one.run);
          } catch (cause) {
            // SQLite ended the whole transaction, as it does when the disk is full: nobody's writes are there.
            if (!this.#db.isTransaction) throw cause;
            failures.set(one, { cause });
          }
        }
      });
    } catch (cause) {
      for (const one of group) one.settle(failures.get(one) ?? { cause });
      return;
    }
    for (const one of group) one.settle(failures.get(one));
  }
}
