import { PgBoss, type ConstructorOptions } from 'pg-boss';
import type { Sql } from './database.ts';

/** pg-boss's own schema, beside ours. */
const SCHEMA = 'offcut_dispatch';
/** A ticket is the right to one attempt at one image. */
const IMAGES = 'images';
/** Dead letters: the tickets of images that failed for good, with the cause in `source_output`. */
const FAILED = 'failed-images';

const DAY = 24 * 3600;

/*
 * The items decide, in the same transaction: by their leases and policy a ticket has been settled long before pg-boss
 * would give it up. What pg-boss does by itself is the net below, for tickets that no item knows.
 */
const OPTIONS = {
  // An item that comes back gets a new ticket, when its backoff is over.
  retryLimit: 0,
  // Several leases (30 s, QueuePolicy) without a heartbeat.
  heartbeatSeconds: 180,
  expireInSeconds: DAY - 1,
  // An item may wait for as long as it takes.
  retentionSeconds: 3650 * DAY,
  deleteAfterSeconds: 3600,
};

export interface Ticket {
  readonly id: string;
  readonly jobId: string;
  readonly index: number;
  readonly priority: number;
}

/** Where a ticket went. */
export type Settlement = 'completed' | 'failed' | 'withdrawn';

/**
 * Dispatch by pg-boss: which ticket is next (priority, then who was ready first), who has it, and what became of it.
 * Every method runs in the transaction of the change that it belongs to.
 */
export class Tickets {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /**
   * Installs or migrates pg-boss when needed.
   * @param tidy whether this process looks after pg-boss's tables; on several, they take turns at it
   */
  static async open(db: Sql, tidy: boolean, onError: (cause: unknown) => void): Promise<Tickets> {
    const boss = new PgBoss({
      db: asBossDatabase(db),
      schema: SCHEMA,
      schedule: false,
      supervise: tidy,
      // Ours listens, and tells of every change.
      useListenNotify: false,
    });
    boss.on('error', onError);
    await boss.start();
    if ((await boss.getQueue(IMAGES)) === null) {
      await boss.createQueue(FAILED, { retryLimit: 0, retentionSeconds: 30 * DAY });
      await boss.createQueue(IMAGES, { ...OPTIONS, deadLetter: FAILED });
    }
    return new Tickets(boss);
  }

  async give(db: Sql, tickets: readonly Ticket[]): Promise<void> {
    if (tickets.length === 0) return;
    const jobs = tickets.map(({ id, jobId, index, priority }) => ({
      id,
      priority,
      data: { job_id: jobId, index },
    }));
    await this.#boss.insert(IMAGES, jobs, { db: asBossDatabase(db) });
  }

  /** Takes the next ticket. @returns its id */
  async take(db: Sql): Promise<string | undefined> {
    const [ticket] = await this.#boss.fetch(IMAGES, { db: asBossDatabase(db) });
    return ticket?.id;
  }

  async heartbeat(id: string): Promise<void> {
    await this.#boss.touch(IMAGES, id);
  }

  async settle(db: Sql, how: Settlement, ids: readonly string[], output?: object): Promise<void> {
    if (ids.length === 0) return;
    const options = { db: asBossDatabase(db) };
    switch (how) {
      case 'completed':
        await this.#boss.complete(IMAGES, [...ids], null, options);
        return;
      case 'failed':
        await this.#boss.fail(IMAGES, [...ids], output ?? null, options);
        return;
      case 'withdrawn':
        await this.#boss.cancel(IMAGES, [...ids], options);
        return;
      default:
        how satisfies never;
    }
  }

  async close(): Promise<void> {
    await this.#boss.stop({ close: false, graceful: false });
  }
}

/** pg-boss's type has `any` where ours has `unknown`. */
function asBossDatabase(db: Sql): NonNullable<ConstructorOptions['db']> {
  return db;
}
