import { explained, newPool, type ConnectionSettings } from './connection.ts';
import { Database } from './database.ts';
import { migrate } from './migrations.ts';

export interface OpenSettings extends ConnectionSettings {
  /** How long a call waits for a database that is away, in seconds. */
  readonly patienceSeconds?: number | undefined;
}

/**
 * Connects, and brings the database to the newest version first.
 * @throws DatabaseOpenError when the database is not there, or not ours to use.
 */
export async function openDatabase({ patienceSeconds, ...settings }: OpenSettings): Promise<Database> {
  const pool = newPool(settings);
  try {
    await migrate(pool, settings.url);
  } catch (cause) {
    await pool.end();
    throw explained(cause, settings.url);
  }
  return new Database(pool, patienceSeconds);
}
