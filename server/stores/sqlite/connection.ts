import { mkdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import {
  SQLITE_BUSY,
  SQLITE_FULL,
  SQLITE_IOERR,
  SQLITE_NOTADB,
  sqliteCode,
  StoreOpenError,
} from './errors.ts';
import { migrate } from './migrations.ts';

/** What SQLite needs to open a file: a log, and an index of it. */
const LEAST_ROOM_BYTES = 128 * 1024;

/** How long a transaction waits for another process's; one takes milliseconds, so a wait this long is a fault. */
const BUSY_MILLIS = 10_000;

/**
 * Opens the database, creating file and folder when missing, for durable commits and several processes at once.
 * @throws StoreOpenError
 */
export function openDatabase(file: string): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: BUSY_MILLIS, enableForeignKeyConstraints: false });
  try {
    enterWalMode(db, file);
    // FULL, since NORMAL may lose the last commits when the power fails, and a job was promised by then.
    db.exec('PRAGMA synchronous = FULL');
    // In KiB. With SQLite's own 2 MB, reading any one of a million jobs took more than twice as long as one of a thousand.
    db.exec('PRAGMA cache_size = -16384');
    migrate(db, file);
    db.exec('PRAGMA foreign_keys = ON');
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
  const code = sqliteCode(cause);
  // SQLite tells a file that it cannot make larger from a disk that broke by its extended codes, not all of them.
  if (code === SQLITE_FULL || (code === SQLITE_IOERR && roomBeside(file) < LEAST_ROOM_BYTES)) {
    return new StoreOpenError(
      'store_no_room',
      `The disk that holds ${file} is full, so the queue cannot be opened. Free some space on it, or set OFFCUT_DATA_DIR to a folder on another disk.`,
      { file, cause },
    );
  }
  if (code !== SQLITE_NOTADB) return cause;
  return new StoreOpenError(
    'store_not_a_database',
    `${file} is not a SQLite database, so the queue cannot be kept in it. Move that file away, or name another one.`,
    { file, cause },
  );
}

/** Bytes left on the file's disk. */
function roomBeside(file: string): number {
  const { bavail, bsize } = statfsSync(path.dirname(file));
  return bavail * bsize;
}
