import type { Pool } from 'pg';
import { z } from 'zod';
import { describeUrl } from './connection.ts';
import { DatabaseOpenError } from './errors.ts';
import { FEED_SCHEMA, FIRST_SCHEMA, KEYS_SCHEMA, RATES_SCHEMA, UPLOADS_SCHEMA } from './schema.ts';

/**
 * The schema's history: entry n leads from version n to n + 1. Only ever add to it; databases that have run an entry
 * do not run it again. (A new state in STATES needs an entry that replaces the CHECK constraints.)
 */
export const MIGRATIONS: readonly string[] = [
  FIRST_SCHEMA,
  KEYS_SCHEMA,
  RATES_SCHEMA,
  UPLOADS_SCHEMA,
  FEED_SCHEMA,
];

/** Any number does, as long as it is always the same: the digits of "offcut" on a telephone. */
const SETUP_LOCK = 633_288;

const versionRow = z.object({ version: z.int().nonnegative() });

/**
 * Brings the database to the newest version. Safe when several processes, on several machines, start at once.
 * @throws DatabaseOpenError `database_too_new` when a newer version of Offcut wrote it.
 */
export async function migrate(pool: Pool, url: string, migrations = MIGRATIONS): Promise<void> {
  if ((await knownVersion(pool)) === migrations.length) return;
  const client = await pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL statement_timeout = 0');
    await client.query(`SELECT pg_advisory_xact_lock(${String(SETUP_LOCK)})`);
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS offcut;
      CREATE TABLE IF NOT EXISTS offcut.schema_version (
        single INTEGER PRIMARY KEY CHECK (single = 1), version INTEGER NOT NULL);
      INSERT INTO offcut.schema_version VALUES (1, 0) ON CONFLICT DO NOTHING`);
    const { rows } = await client.query('SELECT version FROM offcut.schema_version');
    const { version } = versionRow.parse(rows[0]);
    if (version > migrations.length) throw tooNew(version, migrations.length, url);
    for (const migration of migrations.slice(version)) await client.query(migration);
    await client.query('UPDATE offcut.schema_version SET version = $1', [migrations.length]);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw cause;
  } finally {
    client.release();
  }
}

/** Runs what several processes that start must not do at once, as installing pg-boss is. */
export async function oneAtATime<T>(pool: Pool, task: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`SET statement_timeout = 0; SELECT pg_advisory_lock(${String(SETUP_LOCK)})`);
    return await task();
  } finally {
    // With its connection goes the lock, whatever happened to it.
    client.release(true);
  }
}

/** Without a lock: most starts find everything in place. */
async function knownVersion(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query(`SELECT to_regclass('offcut.schema_version') IS NOT NULL AS known`);
  if (!z.object({ known: z.boolean() }).parse(rows[0]).known) return undefined;
  const found = await pool.query('SELECT version FROM offcut.schema_version');
  return found.rows[0] === undefined ? undefined : versionRow.parse(found.rows[0]).version;
}

function tooNew(version: number, known: number, url: string): DatabaseOpenError {
  return new DatabaseOpenError(
    'database_too_new',
    `The database ${describeUrl(url)} has schema version ${String(version)}; this version of Offcut knows up to ${String(known)}. Run the newer Offcut that wrote it, or name another database.`,
  );
}
