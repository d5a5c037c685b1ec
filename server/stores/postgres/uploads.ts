import {
  grown,
  type Piece,
  type Upload,
  type UploadStore,
  type UploadUsage,
} from '../../uploads/upload-store.ts';
import { toUpload, toUploadId, toUploadUsage } from '../upload-row.ts';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';

/** One statement every few megabytes of an upload. */
const CONNECTIONS = 2;

/**
 * Opens the uploads in the queue's database; any number of processes, on any number of machines, may.
 * @param patienceSeconds how long a call waits for a database that is away
 * @throws DatabaseOpenError when the database is not there, or not ours to use.
 */
export async function openPostgresUploads(url: string, patienceSeconds?: number): Promise<UploadStore> {
  return new PostgresUploads(await openDatabase({ url, connections: CONNECTIONS, patienceSeconds }));
}

/** Every statement is one that may be repeated, for it may be when the connection is lost. */
class PostgresUploads implements UploadStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add({ id, tenant, metadata, length, received, pieces, expiresAt, usedBy }: Upload): Promise<void> {
    await this.#db.rows(
      `INSERT INTO offcut.uploads (id, tenant, metadata, length, received, pieces, expires_at, used_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
      [id, tenant, metadata, length, received, JSON.stringify(pieces), expiresAt, usedBy],
    );
  }

  async find(id: string): Promise<Upload | undefined> {
    const [row] = await this.#db.rows('SELECT * FROM offcut.uploads WHERE id = $1', [id]);
    return row === undefined ? undefined : toUpload(row);
  }

  async append(upload: Upload, more: readonly Piece[], expiresAt: number): Promise<boolean> {
    const { pieces, received } = grown(upload, more);
    const text = JSON.stringify(pieces);
    // Names of pieces are unique, so that the second run finds what the first one wrote.
    const written = await this.#db.rows(
      `UPDATE offcut.uploads SET pieces = $3, received = $4, expires_at = $5
        WHERE id = $1 AND used_by IS NULL AND (received = $2 OR pieces = $3)
        RETURNING id`,
      [upload.id, upload.received, text, received, expiresAt],
    );
    return written.length > 0;
  }

  async use(ids: readonly string[], jobId: string): Promise<void> {
    await this.#db.rows(
      `UPDATE offcut.uploads SET used_by = $2, pieces = '[]' WHERE id = ANY($1) AND used_by IS NULL`,
      [ids, jobId],
    );
  }

  async remove(id: string): Promise<void> {
    await this.#db.rows('DELETE FROM offcut.uploads WHERE id = $1', [id]);
  }

  async usage(tenant?: string): Promise<UploadUsage> {
    const [row] = await this.#db.rows(
      `SELECT count(*) AS uploads, coalesce(sum(length), 0) AS bytes FROM offcut.uploads
        WHERE used_by IS NULL ${tenant === undefined ? '' : 'AND tenant = $1'}`,
      tenant === undefined ? [] : [tenant],
    );
    return toUploadUsage(row);
  }

  async expired(before: number, limit: number): Promise<string[]> {
    const rows = await this.#db.rows('SELECT id FROM offcut.uploads WHERE expires_at < $1 LIMIT $2', [
      before,
      limit,
    ]);
    return rows.map(toUploadId);
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
