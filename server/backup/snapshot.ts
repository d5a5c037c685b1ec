import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { blobPath, type BlobKey } from '#queue/blobs.ts';
import { backgroundKey, inputKey, resultKey } from '#queue/blob-keys.ts';
import { toItem, toJob } from '../stores/rows.ts';
import { openDatabase } from '../stores/sqlite/connection.ts';
import { Tables } from '../stores/sqlite/tables.ts';

/** What a backup must hold of one job, as paths below `blobs/`. */
export interface JobFiles {
  readonly jobId: string;
  readonly files: readonly string[];
}

/**
 * Copies the store at one moment, beside whoever writes to it: `VACUUM INTO` reads in one transaction, which in a
 * write-ahead log keeps no writer waiting.
 */
export function copyDatabase(from: string, to: string): void {
  const db = new DatabaseSync(from, { timeout: 10_000 });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}

const userVersion = z.object({ user_version: z.int() });

/** The copy while it is looked through and put right. It has the newest schema. */
export class Snapshot {
  readonly #db: DatabaseSync;

  /** @throws StoreOpenError */
  constructor(file: string) {
    this.#db = openDatabase(file);
  }

  get schemaVersion(): number {
    return userVersion.parse(this.#db.prepare('PRAGMA user_version').get()).user_version;
  }

  /** Every job, with the files that it cannot do without. */
  *jobs(): Generator<JobFiles> {
    const items = this.#db.prepare('SELECT * FROM items WHERE job_id = ? ORDER BY position');
    for (const row of this.#db.prepare('SELECT * FROM jobs ORDER BY id').all()) {
      const { job } = toJob(row);
      const keys: BlobKey[] = [];
      if (job.options.background === 'image') keys.push(backgroundKey(job.id));
      for (const item of items.all(job.id).map(toItem)) {
        keys.push(inputKey(item));
        if (item.state === 'completed') keys.push(resultKey(item));
      }
      yield { jobId: job.id, files: keys.map((key) => `${job.id.slice(-2)}/${blobPath(key)}`) };
    }
  }

  has(jobId: string): boolean {
    return this.#db.prepare('SELECT 1 FROM jobs WHERE id = ?').get(jobId) !== undefined;
  }

  /** Leaves out a job that was deleted while its files were copied. */
  remove(jobId: string, now: number): void {
    new Tables(this.#db).removeJob(jobId, now);
  }

  /** Closing ends the write-ahead log: the file is all there is. */
  close(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }
}
