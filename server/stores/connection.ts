import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { SQLITE_BUSY, SQLITE_NOTADB, sqliteCode, StoreOpenError } from './errors.ts';
import { migrate } from './migrations.ts';

/** How long a transaction waits for another process's; one takes milliseconds, so a wait this long is a fault. */
const BUSY_MILLIS = 10_000;

/**
 * Opens the database, creating file and folder when missing, for durable commits and several processes at once.
 * @throws StoreOpenError
 */
export function openDatabase(file: string): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: BUSY_MILLIS, enableForeignKeyConstraints: true });
  try {
    enterWalMode(db, file);
    // FULL, since NORMAL may lose the last commits when the power fails, and a job was promised by then.
    db.exec('PRAGMA synchronous = FULL');
    migrate(db, file);
    return db;
  } catch (cause) {
    db.close();
    throw explained(cause, file);
  }
}

const journalMode = z.object({ journal_mode: z.string() });

/** SQLite does not wait for other processes while it changes the journal mode of a new file, so this does. */
function enterWalMode(db: DatabaseSync, file: string): void {
  const giveUpAt = performance.now() + BUSY_MILLIS;
  for (;;) {
    try {
      const { journal_mode: mode } = journalMode.parse(db.prepare('PRAGMA journal_mode = WAL').get());
      if (mode === 'wal') return;
      throw new StoreOpenError(
        'store_unusable',
        `The queue's database ${file} cannot use a write-ahead log (journal mode "${mode}"). Put it on a local disk.`,
        { file },
      );
    } catch (cause) {
      if (sqliteCode(cause) !== SQLITE_BUSY || performance.now() > giveUpAt) throw cause;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function explained(cause: unknown, file: string): unknown {
  if (sqliteCode(cause) !== SQLITE_NOTADB) return cause;
  return new StoreOpenError(
    'store_not_a_database',
    `${file} is not a SQLite database, so the queue cannot be kept in it. Move that file away, or name another one.`,
    { file, cause },
  );
}
