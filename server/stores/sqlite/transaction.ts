import type { DatabaseSync } from 'node:sqlite';
import { asRefusal } from './errors.ts';

/**
 * Runs `work` in one transaction and rolls back when it throws. `IMMEDIATE` takes the write lock first, so that what
 * is read, decided and written cannot interleave with another process; `DEFERRED` reads one consistent state.
 * @throws QueueError `storage_full`, and whatever `work` throws.
 */
export function inTransaction<T>(db: DatabaseSync, kind: 'IMMEDIATE' | 'DEFERRED', work: () => T): T {
  db.exec(`BEGIN ${kind}`);
  try {
    const answer = work();
    db.exec('COMMIT');
    return answer;
  } catch (cause) {
    // SQLite has rolled back by itself after some errors, a full disk among them.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw asRefusal(cause);
  }
}

/**
 * Runs `work` as a part of the open transaction, which takes back what it wrote when it throws and goes on.
 * @throws as `inTransaction` does. SQLite may have ended the whole transaction then: see `db.isTransaction`.
 */
export function within(db: DatabaseSync, work: () => void): void {
  db.exec('SAVEPOINT part');
  try {
    work();
    db.exec('RELEASE part');
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK TO part; RELEASE part');
    throw asRefusal(cause);
  }
}
