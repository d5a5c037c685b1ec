import { randomUUID } from 'node:crypto';
import {
  afterMove,
  type Item,
  type Job,
  type PendingItem,
  type ProcessingItem,
  type StoredJob,
} from '#queue/job.ts';
import { inThisOrder, isReady } from '#queue/lease-order.ts';
import type { StateCounts } from '#queue/states.ts';
import type {
  Admit,
  Change,
  Decide,
  DecideInJob,
  FeedPosition,
  InsertOutcome,
  ItemOfJob,
  ListPage,
  ListQuery,
  QueueStore,
  RemovalReason,
  Usage,
} from '#queue/store.ts';
import { ChangeListener } from './change-listener.ts';
import { DatabaseClock } from './clock.ts';
import { explained, newClient, newPool, type ConnectionSettings } from './connection.ts';
import { Database, LOCK, type Transaction } from './database.ts';
import { migrate, oneAtATime } from './migrations.ts';
import * as reading from './reading.ts';
import { Tickets, type Settlement, type Ticket } from './tickets.ts';
import * as writing from './writing.ts';

export interface PostgresStorage {
  readonly store: QueueStore;
  /** The database's clock, in milliseconds since the epoch: the same on every machine. */
  readonly now: () => number;
}

export interface PostgresSettings extends ConnectionSettings {
  /** How long a call waits for a database that is away; some seconds when not given. */
  readonly patienceSeconds?: number;
  /** Whether this process looks after pg-boss's tables; several may, and take turns at it. */
  readonly tidy: boolean;
  /** Told of trouble in the background, which passes by itself. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Opens the store of many machines: one PostgreSQL database, which any number of processes may have open. It is
 * brought to the newest version first.
 * @throws DatabaseOpenError when the database is not there, or not ours to use.
 */
export async function openPostgresStore(settings: PostgresSettings): Promise<PostgresStorage> {
  const pool = newPool(settings);
  const db = new Database(pool, settings.patienceSeconds);
  try {
    await migrate(pool, settings.url);
    const tickets = await oneAtATime(pool, () => Tickets.open(db, settings.tidy, settings.onError));
    const clock = await DatabaseClock.start(db);
    const store = new PostgresStore(db, tickets, clock, settings.url);
    return { store, now: clock.now };
  } catch (cause) {
    await pool.end();
    throw explained(cause, settings.url);
  }
}

/**
 * Items are the truth, and `Decide` is its only judge; pg-boss hands out tickets. A ticket is the right to one attempt and
 * is given, taken and settled in the transaction that changes the item. Of the images that are ready, the first in
 * lease order gets the ticket: tickets of ready images are worth the same, and are exchanged.
 *
 * Writers take one lock (see LOCK), as late as they can, so that sequence numbers become visible in order and nothing
 * can deadlock. Heartbeats, the most frequent, do without.
 */
class PostgresStore implements QueueStore {
  readonly #db: Database;
  readonly #tickets: Tickets;
  readonly #clock: DatabaseClock;
  readonly #changes: ChangeListener;

  constructor(db: Database, tickets: Tickets, clock: DatabaseClock, url: string) {
    this.#db = db;
    this.#tickets = tickets;
    this.#clock = clock;
    this.#changes = new ChangeListener({ newClient: () => newClient(url), head: () => this.head() });
  }

  async insert(job: Job, items: readonly PendingItem[], admit?: Admit): Promise<InsertOutcome> {
    const existing = await this.#sameKey(this.#db, job);
    if (existing !== undefined) return existing;
    const placed = items.map((item) => ({
      item,
      ticket: isReady(item, job.createdAt) ? randomUUID() : null,
    }));
    return this.#db.write<InsertOutcome>(async (tx) => {
      await writing.addItems(tx, job, placed);
      await this.#tickets.give(
        tx,
        placed.flatMap(({ item, ticket }) => (ticket === null ? [] : ticketOf(job, item, ticket))),
      );
      await tx.rows(LOCK);
      const existing = await this.#sameKey(tx, job);
      if (existing !== undefined) return tx.undo(existing);
      if (admit !== undefined) {
        const { all, ofTenant } = await reading.usages(tx, job.tenant);
        admit(all, ofTenant);
      }
      return { kind: 'inserted', sequence: await writing.addJob(tx, job) };
    }, []);
  }

  async #sameKey(db: reading.Rows, job: Job): Promise<InsertOutcome | undefined> {
    if (job.idempotency === null) return undefined;
    const existing = await reading.storedByKey(db, job.tenant, job.idempotency.key);
    return existing && { kind: 'duplicate', existing };
  }

  get(jobId: string): Promise<StoredJob | undefined> {
    return reading.stored(this.#db, jobId);
  }

  list(query: ListQuery): Promise<ListPage> {
    return reading.list(this.#db, query);
  }

  counts(tenant?: string): Promise<StateCounts> {
    return reading.counts(this.#db, tenant);
  }

  usage(tenant?: string): Promise<Usage> {
    return reading.usage(this.#db, tenant);
  }

  async lease(
    now: number,
    decide: (item: PendingItem) => ProcessingItem,
  ): Promise<ItemOfJob<ProcessingItem> | undefined> {
    if (!(await reading.isAnyReady(this.#db, now))) return undefined;
    return this.#db.write(
      async (tx, [, woken, first]) => {
        const due = (woken?.rows ?? []).map(writing.toPlace);
        await this.#tickets.give(
          tx,
          due.map(({ item, job, ticket }) => ticketOf(job, item, ticket)),
        );
        const [row] = first?.rows ?? [];
        if (row === undefined) return undefined;
        const { item, job, ticket } = writing.toPlace(row);
        const leased = decide(item);
        const taken = await this.#takeTicket(tx, ticketOf(job, item, ticket));
        const after = afterMove(job, item, leased, now);
        await writing.save(tx, after, [{ item: leased, ticket: taken }], now);
        return { item: leased, job: after };
      },
      [LOCK, writing.wakeSql(now), writing.FIRST_READY],
    );
  }

  /** Takes a ticket for the holder of `own`; whoever had that ticket gets `own` for it. */
  async #takeTicket(tx: Transaction, own: Ticket): Promise<string> {
    const taken = await this.#tickets.take(tx);
    if (taken !== undefined) {
      if (taken !== own.id) await writing.exchangeTicket(tx, taken, own.id);
      return taken;
    }
    // Somebody emptied pg-boss's tables. The item is there, so it gets another ticket.
    const again = { ...own, id: randomUUID() };
    await this.#tickets.give(tx, [again]);
    return (await this.#tickets.take(tx)) ?? again.id;
  }

  async change<I extends Item>(
    itemId: string,
    decide: Decide<I>,
    now: number,
  ): Promise<ItemOfJob<I> | undefined> {
    for (;;) {
      const found = await reading.item(this.#db, itemId);
      const next = found && decide(found.item);
      if (found === undefined || next === undefined) return undefined;
      const isHeartbeat = found.item.state === 'processing' && next.state === 'processing';
      const written = isHeartbeat ? await this.#prolong(found, next, now) : await this.#put(found, next, now);
      // Somebody else wrote the item meanwhile: what is decided must be decided on what it is now.
      if (written !== undefined) return written;
    }
  }

  async #prolong<I extends Item>(
    from: reading.Versioned,
    to: I,
    now: number,
  ): Promise<ItemOfJob<I> | undefined> {
    const written = await writing.prolong(this.#db, from, to, now);
    if (written === undefined) return undefined;
    // For whoever watches pg-boss; the lease does not depend on it.
    if (written.ticket !== null) await this.#tickets.heartbeat(written.ticket).catch(() => undefined);
    return { item: to, job: written.job };
  }

  #put<I extends Item>(from: reading.Versioned, to: I, now: number): Promise<ItemOfJob<I> | undefined> {
    return this.#db.write(async (tx) => {
      const place = await writing.placeOf(tx, from);
      if (place === undefined) return tx.undo(undefined);
      const ticket = await this.#nextTicket(tx, place.job, from.item, to, place.ticket, now);
      const job = afterMove(place.job, from.item, to, now);
      await writing.save(tx, job, [{ item: to, ticket }], now);
      return { item: to, job };
    });
  }

  /** Settles the ticket of an item that changed, and gives it another when it is ready again. */
  async #nextTicket(tx: Transaction, job: Job, from: Item, to: Item, ticket: string | null, now: number) {
    if (ticket !== null) {
      const cause = to.state === 'failed' ? to.failure : undefined;
      await this.#tickets.settle(tx, settlement(from, to), [ticket], cause);
    }
    if (!isReady(to, now)) return null;
    const next = randomUUID();
    await this.#tickets.give(tx, [ticketOf(job, to, next)]);
    return next;
  }

  async changeAll(
    jobId: string,
    decide: DecideInJob,
    now: number,
  ): Promise<{ stored: StoredJob; changed: number } | undefined> {
    return this.#db.write(async (tx) => {
      const before = await reading.stored(tx, jobId);
      if (before === undefined) return tx.undo(undefined);
      const tickets = await writing.ticketsOf(tx, jobId);
      let { job } = before;
      const changed: { from: Item; item: Item; old: string | null; ticket: string | null }[] = [];
      const items = before.items.map((from) => {
        const item = decide(from, before.job);
        if (item === undefined) return from;
        job = afterMove(job, from, item, now);
        const ticket = isReady(item, now) ? randomUUID() : null;
        changed.push({ from, item, old: tickets[from.index] ?? null, ticket });
        return item;
      });
      if (changed.length === 0) return tx.undo({ stored: before, changed: 0 });
      for (const how of ['completed', 'failed', 'withdrawn'] as const) {
        const settled = changed.filter(({ from, item }) => settlement(from, item) === how);
        await this.#tickets.settle(
          tx,
          how,
          settled.flatMap(({ old }) => old ?? []),
        );
      }
      await this.#tickets.give(
        tx,
        changed.flatMap(({ item, ticket }) => (ticket === null ? [] : ticketOf(job, item, ticket))),
      );
      const sequence = await writing.save(tx, job, changed, now);
      return { stored: { job, items, sequence }, changed: changed.length };
    });
  }

  changeJob(jobId: string, decide: (job: Job) => Job | undefined): Promise<Job | undefined> {
    return this.#db.write(async (tx) => {
      const found = await reading.stored(tx, jobId);
      const next = found && decide(found.job);
      if (next === undefined) return tx.undo(undefined);
      await writing.saveUnseen(tx, next);
      return next;
    });
  }

  dueWebhooks(now: number, limit: number): Promise<Job[]> {
    return reading.dueWebhooks(this.#db, now, limit);
  }

  remove(jobId: string, now: number, reason: RemovalReason = 'deleted'): Promise<boolean> {
    return this.#db.write(async (tx) => {
      const tickets = await writing.removeJob(tx, jobId, now, reason);
      if (tickets === undefined) return tx.undo(false);
      await this.#tickets.settle(tx, 'withdrawn', tickets);
      return true;
    });
  }

  processing(filter: { leaseEndedBefore?: number; limit: number }): Promise<ProcessingItem[]> {
    return reading.processing(this.#db, filter);
  }

  nextDueAt(): Promise<number | undefined> {
    return reading.nextDueAt(this.#db);
  }

  paused(): Promise<boolean> {
    return reading.paused(this.#db);
  }

  setPaused(paused: boolean): Promise<void> {
    return this.#db.write((tx) => writing.setPaused(tx, paused));
  }

  reorder(tenant: string, jobIds: readonly string[]): Promise<string[]> {
    return this.#db.write(async (tx) => {
      const found = new Map<string, StoredJob>();
      for (const id of jobIds) {
        const stored = await reading.stored(tx, id);
        if (stored?.job.tenant === tenant) found.set(id, stored);
      }
      for (const job of inThisOrder([...found.values()].map(({ job }) => job))) {
        await writing.save(tx, job, [], job.createdAt);
        await writing.moveItems(tx, { sequence: 0, items: [], ...found.get(job.id), job });
      }
      return [...found.keys()];
    });
  }

  finished(filter: { completedBefore: number; limit: number }): Promise<string[]> {
    return reading.finished(this.#db, filter);
  }

  changes(tenant: string, since: number, limit: number): Promise<Change[]> {
    return reading.changes(this.#db, tenant, since, limit);
  }

  head(): Promise<number> {
    return reading.head(this.#db);
  }

  feed(): Promise<FeedPosition> {
    return reading.feed(this.#db);
  }

  forgetRemoved(before: number): Promise<void> {
    return writing.forgetRemoved(this.#db, before);
  }

  watch(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  async close(): Promise<void> {
    this.#clock.stop();
    await this.#changes.close();
    await this.#tickets.close();
    await this.#db.close();
  }
}

function ticketOf(job: Job, item: Item, id: string): Ticket {
  return { id, jobId: job.id, index: item.index, priority: job.priority };
}

/** What became of the ticket of an item that went from `from` to `to`. */
function settlement(from: Item, to: Item): Settlement {
  if (from.state !== 'processing') return 'withdrawn';
  return to.state === 'completed' || to.state === 'failed' ? to.state : 'withdrawn';
}
