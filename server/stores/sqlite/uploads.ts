import type { DatabaseSync, SQLTagStore } from 'node:sqlite';
import {
  grown,
  type Piece,
  type Upload,
  type UploadStore,
  type UploadUsage,
} from '../../uploads/upload-store.ts';
import { toUpload, toUploadId, toUploadUsage } from '../upload-row.ts';
import { openDatabase } from './connection.ts';
import { inTransaction } from './transaction.ts';

/**
 * Opens the uploads in the queue's file; any number of processes may.
 * @throws StoreOpenError when the file is not ours to use.
 */
export function openSqliteUploads(file: string): UploadStore {
  return new SqliteUploads(openDatabase(file));
}

class SqliteUploads implements UploadStore {
  readonly #db: DatabaseSync;
  readonly #sql: SQLTagStore;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = db.createTagStore();
  }

  async add({ id, tenant, metadata, length, received, pieces, expiresAt, usedBy }: Upload): Promise<void> {
    this.#change(
      () => this.#sql.run`
        INSERT OR IGNORE INTO uploads (id, tenant, metadata, length, received, pieces, expires_at, used_by)
        VALUES (${id}, ${tenant}, ${metadata}, ${length}, ${received}, ${JSON.stringify(pieces)}, ${expiresAt}, ${usedBy})`,
    );
  }

  async find(id: string): Promise<Upload | undefined> {
    const row = this.#sql.get`SELECT * FROM uploads WHERE id = ${id}`;
    return row && toUpload(row);
  }

  async append(upload: Upload, more: readonly Piece[], expiresAt: number): Promise<boolean> {
    const { pieces, received } = grown(upload, more);
    return this.#change(
      () => this.#sql.run`
        UPDATE uploads SET pieces = ${JSON.stringify(pieces)}, received = ${received}, expires_at = ${expiresAt}
        WHERE id = ${upload.id} AND received = ${upload.received} AND used_by IS NULL`,
    );
  }

  async use(ids: readonly string[], jobId: string): Promise<void> {
    inTransaction(this.#db, 'IMMEDIATE', () => {
      for (const id of ids) {
        this.#sql
          .run`UPDATE uploads SET used_by = ${jobId}, pieces = '[]' WHERE id = ${id} AND used_by IS NULL`;
      }
    });
  }

  async remove(id: string): Promise<void> {
    this.#change(() => this.#sql.run`DELETE FROM uploads WHERE id = ${id}`);
  }

  async usage(tenant?: string): Promise<UploadUsage> {
    return toUploadUsage(
      tenant === undefined
        ? this.#sql.get`SELECT count(*) AS uploads, coalesce(sum(length), 0) AS bytes FROM uploads
            WHERE used_by IS NULL`
        : this.#sql.get`SELECT count(*) AS uploads, coalesce(sum(length), 0) AS bytes FROM uploads
            WHERE used_by IS NULL AND tenant = ${tenant}`,
    );
  }

  async expired(before: number, limit: number): Promise<string[]> {
    return this.#sql.all`SELECT id FROM uploads WHERE expires_at < ${before} LIMIT ${limit}`.map(toUploadId);
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  /** @returns whether a row changed */
  #change(work: () => { changes: number | bigint }): boolean {
    return inTransaction(this.#db, 'IMMEDIATE', () => Number(work().changes) > 0);
  }
}
