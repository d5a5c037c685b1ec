import { z } from 'zod';
import { RUNNER_STALE_SECONDS, type RunnerRegistry } from '../../runner/registry.ts';
import { newPool } from './connection.ts';
import { Database } from './database.ts';

const totalRow = z.object({ runners: z.int(), concurrency: z.int() });

/** The registry of runners in the queue's database, by the database's clock. The queue must have been opened before. */
export function openPostgresRunners(url: string): RunnerRegistry {
  const db = new Database(newPool({ url, connections: 1 }));
  return {
    async seen(runners) {
      await db.rows(
        `INSERT INTO offcut.runners (id, host, pid, concurrency, seen_at)
          SELECT id, host, pid, concurrency, clock_timestamp()
          FROM json_to_recordset($1) AS r (id text, host text, pid integer, concurrency integer)
          ON CONFLICT (id) DO UPDATE SET concurrency = excluded.concurrency, seen_at = excluded.seen_at`,
        [JSON.stringify(runners)],
      );
    },
    async gone(id) {
      await db.rows(
        `DELETE FROM offcut.runners WHERE id = $1 OR seen_at < clock_timestamp() - interval '1 hour'`,
        [id],
      );
    },
    async total() {
      const [row] = await db.rows(
        `SELECT count(*)::int AS runners, coalesce(sum(concurrency), 0)::int AS concurrency FROM offcut.runners
          WHERE seen_at > clock_timestamp() - $1 * interval '1 second'`,
        [RUNNER_STALE_SECONDS],
      );
      return totalRow.parse(row);
    },
    close: () => db.close(),
  };
}
