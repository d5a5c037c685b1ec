import type { DatabaseSync, SQLTagStore } from 'node:sqlite';
import type { ApiKey, KeyStore } from '../../access/key-store.ts';
import { toApiKey } from '../key-row.ts';
import { openDatabase } from './connection.ts';
import { inTransaction } from './transaction.ts';

/**
 * Opens the API keys in the queue's file; any number of processes may.
 * @throws StoreOpenError when the file is not ours to use.
 */
export function openSqliteKeys(file: string): KeyStore {
  return new SqliteKeys(openDatabase(file));
}

class SqliteKeys implements KeyStore {
  readonly #db: DatabaseSync;
  readonly #sql: SQLTagStore;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = db.createTagStore();
  }

  async add(key: ApiKey): Promise<void> {
    const { id, name, hash, webhookSecret, limits, operator, createdAt, revokedAt, lastUsedAt } = key;
    this.#change(
      () => this.#sql.run`
        INSERT INTO api_keys (id, name, hash, webhook_secret, limits, operator, created_at, revoked_at, last_used_at)
        VALUES (${id}, ${name}, ${hash}, ${webhookSecret}, ${JSON.stringify(limits)}, ${operator ? 1 : 0}, ${createdAt}, ${revokedAt},
          ${lastUsedAt})`,
    );
  }

  async find(id: string): Promise<ApiKey | undefined> {
    const row = this.#sql.get`SELECT * FROM api_keys WHERE id = ${id}`;
    return row && toApiKey(row);
  }

  async list(): Promise<ApiKey[]> {
    return this.#sql.all`SELECT * FROM api_keys ORDER BY created_at, id`.map(toApiKey);
  }

  async any(): Promise<boolean> {
    return this.#sql.get`SELECT 1 AS found FROM api_keys LIMIT 1` !== undefined;
  }

  async revoke(id: string, now: number): Promise<boolean> {
    return this.#change(
      () => this.#sql.run`UPDATE api_keys SET revoked_at = coalesce(revoked_at, ${now}) WHERE id = ${id}`,
    );
  }

  async setWebhookSecret(id: string, secret: string): Promise<boolean> {
    return this.#change(() => this.#sql.run`UPDATE api_keys SET webhook_secret = ${secret} WHERE id = ${id}`);
  }

  async used(id: string, now: number): Promise<void> {
    this.#change(
      () => this.#sql.run`
        UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, 0), ${now}) WHERE id = ${id}`,
    );
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  /** @returns whether a row changed */
  #change(work: () => { changes: number | bigint }): boolean {
    return inTransaction(this.#db, 'IMMEDIATE', () => Number(work().changes) > 0);
  }
}
