import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { StoreOpenError } from './errors.ts';
import { KEYS_SCHEMA } from './keys-schema.ts';
import { FEED_SCHEMA, FIRST_SCHEMA, PAUSE_SCHEMA, TENANTS_SCHEMA } from './schema.ts';
import { UPLOADS_SCHEMA } from './uploads-schema.ts';
import { inTransaction } from './transaction.ts';

/**
 * The schema's history: entry n leads from version n to n + 1. Only ever add to it; files that have run an entry do
 * not run it again. (A new state in STATES needs an entry that rebuilds the CHECK constraints.)
 */
const MIGRATIONS: readonly string[] = [
  FIRST_SCHEMA,
  TENANTS_SCHEMA,
  PAUSE_SCHEMA,
  KEYS_SCHEMA,
  UPLOADS_SCHEMA,
  FEED_SCHEMA,
];

/** Of a file that this version of Offcut has opened. */
export const NEWEST_VERSION = MIGRATIONS.length;

/**
 * Brings the file to the newest version, through a connection that does not enforce foreign keys. Safe when several processes open a new file at once.
 * @throws StoreOpenError `store_too_new` when a newer version of Offcut wrote it.
 */
export function migrate(db: DatabaseSync, file: string): void {
  if (versionOf(db) === MIGRATIONS.length) return;
  inTransaction(db, 'IMMEDIATE', () => {
    const version = versionOf(db);
    if (version > MIGRATIONS.length) {
      throw new StoreOpenError(
        'store_too_new',
        `The queue's database ${file} has schema version ${String(version)}; this version of Offcut knows up to ${String(MIGRATIONS.length)}. Run the newer Offcut that wrote it, or name another file.`,
        { file },
      );
    }
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${String(MIGRATIONS.length)}`);
  });
}

const userVersion = z.object({ user_version: z.int().nonnegative() });

function versionOf(db: DatabaseSync): number {
  return userVersion.parse(db.prepare('PRAGMA user_version').get()).user_version;
}
