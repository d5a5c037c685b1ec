import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { DATABASE } from '../backup/format.ts';
import { NEWEST_VERSION } from '../stores/sqlite/migrations.ts';
import { openBlobs } from '../storage.ts';
import { fail, ok, warn, type Check, type Finding } from './finding.ts';

const verdicts = z.array(z.object({ quick_check: z.string() }));
const newest = z.object({ newest: z.int().nullable() });
const version = z.object({ user_version: z.int() });

export const queueFile: Check = {
  name: 'queue',
  async run({ dataFolder, database }) {
    if (database.kind === 'postgres') return ok('is in PostgreSQL');
    const file = path.join(dataFolder, DATABASE);
    if (!existsSync(file)) return ok(`${file} is made at the first start`);
    const db = new DatabaseSync(file, { timeout: 5000, readOnly: true });
    try {
      return examine(db, file);
    } finally {
      db.close();
    }
  },
};

function examine(db: DatabaseSync, file: string): Finding {
  const faults = verdicts.parse(db.prepare('PRAGMA quick_check(5)').all()).map((row) => row.quick_check);
  if (faults[0] !== 'ok') {
    return fail(`${file} is damaged: ${faults.join('; ')}`, 'Restore the newest backup: `offcut restore`.');
  }
  const { user_version: found } = version.parse(db.prepare('PRAGMA user_version').get());
  if (found > NEWEST_VERSION) {
    return fail(
      `${file} has schema version ${String(found)}, and this Offcut knows up to ${String(NEWEST_VERSION)}`,
      'Run the newer Offcut that wrote it.',
    );
  }
  const state = found < NEWEST_VERSION ? `, which the next start brings to ${String(NEWEST_VERSION)}` : '';
  const detail = `${file} is sound, schema version ${String(found)}${state}`;
  const { newest: last } = newest.parse(db.prepare('SELECT max(created_at) AS newest FROM jobs').get());
  if (last !== null && last > Date.now() + 60_000) {
    return warn(
      `${detail}; its newest job is of ${new Date(last).toISOString()}, in the future`,
      'The clock was set back: set it right, and keep it so by NTP.',
    );
  }
  return ok(detail);
}

export const blobStorage: Check = {
  name: 'images',
  async run(config) {
    if (config.blobs.kind === 'disk') return ok(`are in ${config.blobs.folder}`);
    const blobs = await openBlobs(config);
    // Of the bucket's rights this needs the ones to read; writing is seen at the first image.
    await blobs.get({ jobId: 'doctor', index: 0, kind: 'input' });
    return ok('the bucket answers');
  },
};

const clockRow = z.object({ version: z.string(), skew: z.coerce.number() });

export const postgres: Check = {
  name: 'postgresql',
  async run({ database }) {
    if (database.kind !== 'postgres') return ok('is not used (DATABASE_URL is not set)');
    const { Client } = (await import('pg')).default;
    const client = new Client({ connectionString: database.url, connectionTimeoutMillis: 5000 });
    try {
      await client.connect();
      const sql =
        "SELECT current_setting('server_version') AS version, $1 - extract(epoch FROM clock_timestamp()) AS skew";
      const { rows } = await client.query(sql, [Date.now() / 1000]);
      const { version: server, skew } = clockRow.parse(rows[0]);
      if (Math.abs(skew) < 5) return ok(`PostgreSQL ${server} answers`);
      return warn(`its clock is ${skew.toFixed(1)} s off ours`, 'Keep both machines right by NTP.');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
      return fail(`does not answer: ${reason}`, 'Start it, or correct DATABASE_URL.');
    } finally {
      await client.end().catch(() => undefined);
    }
  },
};
