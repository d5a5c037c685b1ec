import { z } from 'zod';
import type { Database } from './database.ts';

const RENEW_MILLIS = 30_000;

const timeRow = z.object({ now: z.number() });

/**
 * The database's clock, the one clock of all processes on all machines: measured, then carried on by this process's
 * monotonic clock, so that neither two hosts that disagree nor a host whose time is set can end each other's leases.
 */
export class DatabaseClock {
  readonly #db: Database;
  readonly #timer: NodeJS.Timeout;
  /** Database time less `performance.now()`, in milliseconds. */
  #offset: number;

  private constructor(db: Database, offset: number) {
    this.#db = db;
    this.#offset = offset;
    this.#timer = setInterval(() => void this.#renew(), RENEW_MILLIS).unref();
  }

  static async start(db: Database): Promise<DatabaseClock> {
    return new DatabaseClock(db, await measure(db));
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => Math.round(performance.now() + this.#offset);

  stop(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    // While the database is away, the clock goes on by itself.
    this.#offset = await measure(this.#db).catch(() => this.#offset);
  }
}

/** Half of the round trip's time is the most that it can be wrong by. */
async function measure(db: Database): Promise<number> {
  const asked = performance.now();
  const [row] = await db.rows(`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`);
  const answered = performance.now();
  return timeRow.parse(row).now - (asked + answered) / 2;
}
