import { blobPath } from '#queue/blobs.ts';
import { resultKey } from '#queue/blob-keys.ts';
import type { Failure, ItemResult } from '#queue/job.ts';
import type { ServerPlace } from '#queue/place.ts';
import type { ChangesWire } from '#queue/wire.ts';
import { nameOf, onDeletion, onJob, onVanished, type Here, type Outcome } from '#sync/feed.ts';
import { broughtHome, received, shown } from '#sync/shown.ts';
import { isPlaced, type Kept, type Placed } from '#sync/stored.ts';
import { isToBeSent, missingResults, type Todo } from '#sync/todo.ts';
import { requestOf, settled, type WishRequest } from '#sync/wishes.ts';
import type { GraveRecord, OffcutDatabase } from '../store/database.ts';
import { asRefusal } from '../store/refusal.ts';
import { storedJob } from '../store/tables.ts';
import { announce, removeKept, rewrite, syncTables, writeKept } from './kept.ts';

/** How far this device has read the server's feed. */
export interface Cursor {
  readonly name: 'cursor';
  /** Undefined before the first answer. */
  readonly feed?: string | undefined;
  readonly since: number;
  /** The feed's `complete_since` that is allowed for: a deletion that was forgotten since then may have been missed. */
  readonly completeSince?: number | undefined;
  /** All of it is being read from the beginning: `same` history as before, or `another` one. */
  readonly replay?: 'same' | 'another' | undefined;
  /** When all was read last; milliseconds since the epoch. */
  readonly at: number | null;
}

const BEGINNING: Cursor = { name: 'cursor', since: 0, at: null };

/** Graves are kept this long: a request that was lost for longer comes no more. */
const GRAVE_DAYS = 90;

export interface SyncHost {
  readonly db: OffcutDatabase;
  readonly now: () => number;
  readonly newId: () => string;
}

/** What sync keeps, each change in one transaction: whoever dies between two leaves nothing half done. */
export class SyncStore {
  readonly #db: OffcutDatabase;
  readonly #now: () => number;
  readonly #newId: () => string;

  constructor({ db, now, newId }: SyncHost) {
    this.#db = db;
    this.#now = now;
    this.#newId = newId;
  }

  // The feed

  cursor(): Promise<Cursor> {
    return cursorOf(this.#db);
  }

  /**
   * Takes in a page of the feed that was asked for at `asked`. A page for another place in the feed than where this
   * device is (somebody else read on meanwhile) changes nothing.
   * @returns whether all is read
   */
  async apply(asked: Cursor, page: ChangesWire): Promise<boolean> {
    const now = this.#now();
    return this.#write(async (db) => {
      const cursor = await cursorOf(db);
      if (cursor.since !== asked.since || cursor.feed !== asked.feed) return false;
      const why = whyAnew(cursor, page);
      if (why !== undefined) {
        await this.#doubtAll(db);
        await put(db, {
          ...cursor,
          feed: page.feed,
          since: 0,
          completeSince: page.complete_since,
          replay: why,
        });
        return false;
      }
      for (const change of page.changes) await this.#take(db, change, now);
      const replay = cursor.replay ?? (cursor.since === 0 ? 'same' : undefined);
      const { feed, next_since: since, complete_since: completeSince } = page;
      const read: Cursor = { ...cursor, feed, since, completeSince, replay };
      if (page.changes.length > 0) {
        await put(db, read);
        return false;
      }
      if (cursor.replay !== undefined) await this.#endReplay(db, cursor.replay, now);
      await put(db, { name: 'cursor', feed, since, completeSince, at: now });
      await db.graves
        .where('at')
        .below(now - GRAVE_DAYS * 24 * 3600 * 1000)
        .delete();
      return true;
    });
  }

  async #take(db: OffcutDatabase, change: ChangesWire['changes'][number], now: number): Promise<void> {
    switch (change.type) {
      case 'job': {
        const name = nameOf(change.job.id, change.job.idempotency_key);
        const outcome = onJob(change.job, await hereUnder(db, name), { now, newId: this.#newId });
        return carryOut(db, outcome, now);
      }
      case 'deleted': {
        const known = await db.jobs.where('job.place.delivery.remoteId').equals(change.job_id).first();
        const grave = await db.graves.where('remoteId').equals(change.job_id).first();
        const name = known?.job.id ?? grave?.jobId ?? nameOf(change.job_id, change.idempotency_key);
        return carryOut(db, onDeletion(change, await hereUnder(db, name), now), now);
      }
      default:
        return change satisfies never;
    }
  }

  /** Until they are seen in the feed again. */
  async #doubtAll(db: OffcutDatabase): Promise<void> {
    const records = await db.jobs.where('job.place.on').equals('server').toArray();
    const doubted = records.flatMap((record) => {
      const { place } = record.job;
      if (place?.delivery.state !== 'accepted') return [];
      const delivery = { ...place.delivery, doubted: true };
      return [{ ...record, job: { ...record.job, place: { ...place, delivery } } }];
    });
    if (doubted.length > 0) await db.jobs.bulkPut(doubted);
  }

  async #endReplay(db: OffcutDatabase, replay: 'same' | 'another', now: number): Promise<void> {
    const records = await db.jobs.where('job.place.on').equals('server').toArray();
    for (const { job } of records) {
      if (job.place?.delivery.state !== 'accepted' || !job.place.delivery.doubted) continue;
      const kept = await storedJob(db, job.id);
      if (kept !== undefined && isPlaced(kept)) {
        await carryOut(db, onVanished(kept, replay === 'same', now), now);
      }
    }
  }

  // Jobs to be sent

  /** The oldest job that is to be sent, noted as perhaps sent from now on. */
  beginSending(): Promise<Placed | undefined> {
    return this.#write(async (db) => {
      const record = await db.jobs.where('todo').equals('submit').first();
      const kept = record && (await storedJob(db, record.job.id));
      if (record === undefined || kept === undefined || !isPlaced(kept)) return undefined;
      if (!isToBeSent(kept.job.place)) return undefined;
      if (kept.job.place.delivery.state === 'sending') return kept;
      const now = this.#now();
      const place = { ...kept.job.place, delivery: { state: 'sending' } } as const;
      const sending = shown(kept, place, now);
      await writeKept(db, { record, items: kept.items }, sending, now);
      return sending;
    });
  }

  /** The server has it, whatever became of it here meanwhile. */
  accepted(jobId: string, remoteId: string): Promise<void> {
    return this.#write(async (db) => {
      const grave = await db.graves.get(jobId);
      if (grave !== undefined && grave.remoteId !== remoteId) {
        await db.graves.put({ ...grave, remoteId, wanted: 1 });
      }
      await this.#rewritePlace(db, jobId, (place) =>
        place.delivery.state === 'accepted'
          ? undefined
          : { ...place, delivery: { state: 'accepted', remoteId }, seen: null },
      );
    });
  }

  refused(jobId: string, { code, message }: Failure): Promise<void> {
    return this.#write((db) =>
      this.#rewritePlace(db, jobId, (place) =>
        place.delivery.state === 'accepted'
          ? undefined
          : { ...place, delivery: { state: 'refused', code, message }, wish: null, seen: null },
      ),
    );
  }

  // Wishes

  /** Requests that wishes need now, each noted as perhaps sent. */
  beginWishes(): Promise<readonly { readonly jobId: string; readonly request: WishRequest }[]> {
    return this.#write(async (db) => {
      const begun = [];
      for (const { job } of await db.jobs.where('todo').equals('wish').toArray()) {
        const request = job.place && requestOf(job.place);
        if (request === undefined) {
          await this.#rewritePlace(db, job.id, (place) => place);
          continue;
        }
        begun.push({ jobId: job.id, request });
        await this.#rewritePlace(db, job.id, (place) =>
          place.wish === null ? undefined : { ...place, wish: { ...place.wish, sent: true } },
        );
      }
      return begun;
    });
  }

  /** The server will not do it. What it is about has not changed since. */
  dropWish(jobId: string, request: WishRequest): Promise<void> {
    return this.#write((db) =>
      this.#rewritePlace(db, jobId, (place) => {
        const same = JSON.stringify(requestOf(place)) === JSON.stringify(request);
        return same ? { ...place, wish: null } : undefined;
      }),
    );
  }

  /** A job that the server is to delete. */
  nextGrave(): Promise<GraveRecord | undefined> {
    return this.#db.graves.where('wanted').equals(1).first();
  }

  async buried({ jobId, remoteId }: GraveRecord): Promise<void> {
    await this.#write(async (db) => {
      const grave = await db.graves.get(jobId);
      if (grave?.remoteId === remoteId && grave !== undefined) await db.graves.put({ ...grave, wanted: 0 });
    });
  }

  // Results

  /** The newest job with a result that is on the server and not here, and which one. */
  async nextResult(): Promise<{ readonly placed: Placed; readonly index: number } | undefined> {
    return this.#db.transaction('r', syncTables(this.#db), async () => {
      const record = await this.#db.jobs.where('todo').equals('fetch').last();
      const kept = record && (await storedJob(this.#db, record.job.id));
      if (kept === undefined || !isPlaced(kept)) return undefined;
      const { seen, lost } = kept.job.place;
      const index = kept.items.findIndex(
        (item, at) =>
          item.state !== 'completed' && seen?.items[at]?.status === 'completed' && !lost?.includes(at),
      );
      return index === -1 ? undefined : { placed: kept, index };
    });
  }

  /** Keeps a result's bytes and says so, unless nobody wants them any more. @throws QueueError `storage_full` */
  keepResult(jobId: string, index: number, blob: Blob, result: ItemResult): Promise<void> {
    const now = this.#now();
    return this.#write(async (db) => {
      const kept = await storedJob(db, jobId);
      const done = kept && isPlaced(kept) ? received(kept, index, result, now) : undefined;
      if (done === undefined) return;
      await db.blobs.put({ path: blobPath(resultKey(done.item)), jobId, writtenAt: now, blob });
      await rewrite(db, jobId, now, () => done.placed);
    });
  }

  loseResult(jobId: string, index: number): Promise<void> {
    return this.#write((db) =>
      this.#rewritePlace(db, jobId, (place) => ({
        ...place,
        lost: [...new Set([...(place.lost ?? []), index])],
      })),
    );
  }

  /** Leaves its results on the server, or has them come however large. */
  setResults(jobId: string, results: 'held' | 'asked'): Promise<void> {
    return this.#write((db) => this.#rewritePlace(db, jobId, (place) => ({ ...place, results })));
  }

  // All of it

  async outstanding(): Promise<{ readonly outbox: number; readonly incoming: number }> {
    return this.#db.transaction('r', syncTables(this.#db), async () => {
      const count = (todo: Todo) => this.#db.jobs.where('todo').equals(todo).count();
      const [submit, wish, graves] = await Promise.all([
        count('submit'),
        count('wish'),
        this.#db.graves.where('wanted').equals(1).count(),
      ]);
      const fetching = await this.#db.jobs.where('todo').equals('fetch').toArray();
      const missing = fetching.map(({ job }) =>
        job.place ? missingResults(job.place, job.counts.completed) : 0,
      );
      return { outbox: submit + wish + graves, incoming: missing.reduce((sum, one) => sum + one, 0) };
    });
  }

  /** Nothing here belongs to a server any more: see `Sync.disconnect`. */
  async letGo(disconnected: Failure): Promise<void> {
    const now = this.#now();
    await this.#write(async (db) => {
      for (const { job } of await db.jobs.where('job.place.on').equals('server').toArray()) {
        const kept = await storedJob(db, job.id);
        if (kept === undefined || !isPlaced(kept)) continue;
        await carryOut(db, parted(kept, disconnected, now), now);
      }
      // The graves stay: what they name is unwanted on whatever server.
      const graves = await db.graves.toArray();
      for (const { jobId, at } of graves) await db.graves.put({ jobId, wanted: 0, at });
      await db.sync.delete('cursor');
    });
  }

  async #rewritePlace(
    db: OffcutDatabase,
    jobId: string,
    decide: (place: ServerPlace) => ServerPlace | undefined,
  ): Promise<void> {
    const now = this.#now();
    await rewrite(db, jobId, now, (kept) => {
      const place = isPlaced(kept) ? decide(kept.job.place) : undefined;
      return place && shown(kept, settled(place), now);
    });
  }

  async #write<T>(work: (db: OffcutDatabase) => Promise<T>): Promise<T> {
    const db = this.#db;
    try {
      const headBefore = await head(db);
      const answer = await db.transaction('rw', syncTables(db), async () => work(db));
      if ((await head(db)) !== headBefore) announce(db);
      return answer;
    } catch (cause) {
      throw asRefusal(cause);
    }
  }
}

async function head(db: OffcutDatabase): Promise<number> {
  return (await db.feed.get('feed'))?.head ?? 0;
}

async function cursorOf(db: OffcutDatabase): Promise<Cursor> {
  return ((await db.sync.get('cursor')) as Cursor | undefined) ?? BEGINNING;
}

async function put(db: OffcutDatabase, cursor: Cursor): Promise<void> {
  await db.sync.put(cursor);
}

/** Why the feed has to be read from the beginning, if it has to be. */
function whyAnew(cursor: Cursor, page: ChangesWire): 'same' | 'another' | undefined {
  if (cursor.feed === undefined) return undefined;
  if (page.feed !== cursor.feed) return 'another';
  if (page.next_since < cursor.since) return 'another';
  const wasForgotten = page.complete_since > (cursor.completeSince ?? 0);
  if (!wasForgotten || cursor.since >= page.complete_since) return undefined;
  return cursor.replay ?? 'same';
}

async function hereUnder(db: OffcutDatabase, name: string): Promise<Here> {
  const grave = await db.graves.get(name);
  return {
    kept: await storedJob(db, name),
    grave: grave && { jobId: grave.jobId, remoteId: grave.remoteId, wanted: grave.wanted === 1 },
  };
}

async function carryOut(db: OffcutDatabase, outcome: Outcome, now: number): Promise<void> {
  const bury = async (grave: { jobId: string; remoteId?: string | undefined; wanted: boolean }) => {
    const { jobId, remoteId, wanted } = grave;
    await db.graves.put({
      jobId,
      ...(remoteId !== undefined && { remoteId }),
      wanted: wanted ? 1 : 0,
      at: now,
    });
  };
  switch (outcome.kind) {
    case 'nothing':
      return;
    case 'keep': {
      const record = await db.jobs.get(outcome.kept.job.id);
      const before = record && (await storedJob(db, record.job.id));
      const known = record && before && { record, items: before.items };
      return writeKept(db, known, outcome.kept, now);
    }
    case 'remove':
      await removeKept(db, outcome.jobId, now);
      if (outcome.grave !== undefined) await bury(outcome.grave);
      return;
    case 'bury':
      return bury(outcome.grave);
    default:
      return outcome satisfies never;
  }
}

/** What becomes of a job of the server when the user lets go of the server. */
function parted(placed: Placed, disconnected: Failure, now: number): Outcome {
  const { place, counts, id } = placed.job;
  if (place.origin === 'elsewhere' && counts.completed === 0) {
    return { kind: 'remove', jobId: id, grave: undefined };
  }
  const home: Kept =
    place.delivery.state === 'unsent'
      ? broughtHome(placed, null, now)
      : broughtHome(placed, disconnected, now);
  return { kind: 'keep', kept: home };
}
