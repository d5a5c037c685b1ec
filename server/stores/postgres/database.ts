import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { asRefusal, isConnectionLost, isPassing } from './errors.ts';

/** A restart takes some seconds. */
const PATIENCE_SECONDS = 20;
const FIRST_PAUSE_MILLIS = 50;
const LONGEST_PAUSE_MILLIS = 1000;

type Row = Record<string, unknown>;
export type Values = readonly (string | number | boolean | null | readonly string[])[];

/** Runs statements: each for itself, or inside a transaction. The shape that pg-boss asks for, too. */
export interface Sql {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

export interface Transaction extends Sql {
  rows(text: string, values?: Values): Promise<unknown[]>;
  /** Has it rolled back in the end. @returns `answer`, for the work to answer with */
  undo<T>(answer: T): T;
}

/**
 * Transactions that outlive a lost connection. Whatever fails because the connection or the server went away is tried
 * again for a while. When it went away during the COMMIT, nobody knows whether that was done, so each
 * writing transaction leaves a receipt: its next try finds the receipt of the first, or waits until that is decided.
 */
export class Database implements Sql {
  readonly #pool: Pool;
  readonly #patienceSeconds: number;
  #closed = false;

  /** @param patienceSeconds how long a call goes on trying while the database is away */
  constructor(pool: Pool, patienceSeconds = PATIENCE_SECONDS) {
    this.#pool = pool;
    this.#patienceSeconds = patienceSeconds;
  }

  async executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    return this.#pool.query<Row>(text, values);
  }

  /** One statement that may be repeated: it reads, or its second run does nothing more. */
  rows(text: string, values: Values = []): Promise<unknown[]> {
    return this.#persist(async () => (await this.#pool.query<Row>(text, [...values])).rows);
  }

  /**
   * Runs `work` as one transaction. With the `lock`, it is the only writer until it ends; without, it must take
   * {@link LOCK} itself before it gives out a sequence number. `work` is run again when it was in another's way.
   * @throws QueueError `storage_unavailable`, `storage_full`, and whatever `work` throws.
   */
  write<T>(
    work: (tx: Transaction, opening: readonly QueryResult<Row>[]) => Promise<T>,
    opening: readonly string[] = [LOCK],
  ) {
    const receipt = randomUUID();
    let decided: { answer: T } | undefined;
    return this.#persist(async () => {
      const client = await this.#pool.connect();
      const session = new Session(client);
      try {
        // One round trip for all of it.
        const begun = await session.begin(receipt, opening);
        if (begun === undefined) {
          if (decided === undefined) throw new Error(`Receipt ${receipt} is not of this transaction.`);
          await session.rollback();
          return decided.answer;
        }
        const answer = await work(session, begun);
        if (session.undone) {
          await session.rollback();
          return answer;
        }
        decided = { answer };
        await session.commit();
        return answer;
      } catch (cause) {
        await session.rollback();
        throw cause;
      } finally {
        session.release();
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }

  async #persist<T>(task: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + this.#patienceSeconds * 1000;
    let pauseMillis = FIRST_PAUSE_MILLIS;
    for (;;) {
      try {
        return await task();
      } catch (cause) {
        if (!isPassing(cause) || this.#closed || performance.now() > giveUpAt) throw asRefusal(cause);
        await pause(pauseMillis);
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
      }
    }
  }
}

/** Makes the transaction the only writer until it ends. */
export const LOCK = 'SELECT head FROM offcut.feed FOR UPDATE';

/** One transaction on one connection of the pool. */
class Session implements Transaction {
  readonly #client: PoolClient;
  #broken = false;
  #open = false;
  #undone = false;

  constructor(client: PoolClient) {
    this.#client = client;
    client.on('error', this.#onError);
  }

  /** The running statement rejects with the same error; unheard here, it would end the process. */
  readonly #onError = (): void => {
    this.#broken = true;
  };

  /** @returns the results of `opening`; `undefined` when an earlier try left the receipt */
  async begin(receipt: string, opening: readonly string[]): Promise<QueryResult<Row>[] | undefined> {
    this.#open = true;
    const leave = `INSERT INTO offcut.receipts (id) VALUES ('${receipt}') ON CONFLICT DO NOTHING`;
    const text = ['BEGIN', leave, ...opening].join(';\n');
    // Several statements have several results, which the types of pg do not know.
    const [, left, ...results] = (await this.#guarded(
      this.#client.query(text),
    )) as unknown as QueryResult<Row>[];
    return left?.rowCount === 1 ? results : undefined;
  }

  async executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    return this.#guarded(this.#client.query<Row>(text, values));
  }

  async rows(text: string, values: Values = []): Promise<unknown[]> {
    return (await this.#guarded(this.#client.query<Row>(text, [...values]))).rows;
  }

  undo<T>(answer: T): T {
    this.#undone = true;
    return answer;
  }

  get undone(): boolean {
    return this.#undone;
  }

  async commit(): Promise<void> {
    await this.#guarded(this.#client.query('COMMIT'));
    this.#open = false;
  }

  async rollback(): Promise<void> {
    if (this.#open && !this.#broken)
      await this.#guarded(this.#client.query('ROLLBACK')).catch(() => undefined);
    this.#open = false;
  }

  release(): void {
    this.#client.off('error', this.#onError);
    this.#client.release(this.#broken);
  }

  async #guarded<T>(statement: Promise<T>): Promise<T> {
    try {
      return await statement;
    } catch (cause) {
      if (isConnectionLost(cause)) this.#broken = true;
      throw cause;
    }
  }
}
