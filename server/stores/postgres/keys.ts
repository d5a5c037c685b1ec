import type { ApiKey, KeyStore } from '../../access/key-store.ts';
import { toApiKey } from '../key-row.ts';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';

/** Keys are asked for at every request, and remembered for a while by those who ask. */
const CONNECTIONS = 2;

/**
 * Opens the API keys in the queue's database; any number of processes, on any number of machines, may.
 * @param patienceSeconds how long a call waits for a database that is away
 * @throws DatabaseOpenError when the database is not there, or not ours to use.
 */
export async function openPostgresKeys(url: string, patienceSeconds?: number): Promise<KeyStore> {
  return new PostgresKeys(await openDatabase({ url, connections: CONNECTIONS, patienceSeconds }));
}

/** Every statement is one that may be repeated, for it may be when the connection is lost. */
class PostgresKeys implements KeyStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(key: ApiKey): Promise<void> {
    const { id, name, hash, webhookSecret, limits, operator, createdAt, revokedAt, lastUsedAt } = key;
    const written = await this.#db.rows(
      `INSERT INTO offcut.api_keys
          (id, name, hash, webhook_secret, limits, operator, created_at, revoked_at, last_used_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name
          WHERE api_keys.hash = excluded.hash AND api_keys.name = excluded.name
        RETURNING id`,
      [id, name, hash, webhookSecret, JSON.stringify(limits), operator, createdAt, revokedAt, lastUsedAt],
    );
    if (written.length === 0) throw new Error(`There is an API key with the id ${id} already.`);
  }

  async find(id: string): Promise<ApiKey | undefined> {
    const [row] = await this.#db.rows('SELECT * FROM offcut.api_keys WHERE id = $1', [id]);
    return row === undefined ? undefined : toApiKey(row);
  }

  async list(): Promise<ApiKey[]> {
    return (await this.#db.rows('SELECT * FROM offcut.api_keys ORDER BY created_at, id')).map(toApiKey);
  }

  async any(): Promise<boolean> {
    return (await this.#db.rows('SELECT id FROM offcut.api_keys LIMIT 1')).length > 0;
  }

  revoke(id: string, now: number): Promise<boolean> {
    return this.#change('revoked_at = coalesce(revoked_at, $2)', id, now);
  }

  setWebhookSecret(id: string, secret: string): Promise<boolean> {
    return this.#change('webhook_secret = $2', id, secret);
  }

  async used(id: string, now: number): Promise<void> {
    await this.#change('last_used_at = greatest(last_used_at, $2)', id, now);
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  /** @returns whether there is such a key */
  async #change(assignment: string, id: string, value: string | number): Promise<boolean> {
    const sql = `UPDATE offcut.api_keys SET ${assignment} WHERE id = $1 RETURNING id`;
    return (await this.#db.rows(sql, [id, value])).length > 0;
  }
}
