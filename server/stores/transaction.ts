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
