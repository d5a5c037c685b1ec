import { expose } from 'comlink';
import { v7 as newId } from 'uuid';
import { OffcutError } from '#client/errors.ts';
import { createHttp } from '#client/http.ts';
import { changesWire, modelsWire } from '#queue/wire.ts';
import { TabChannel } from '../channel.ts';
import type { OffcutDatabase } from '../store/database.ts';
import { openDexieStores } from '../store/open.ts';
import { amendConnection, connectionOf, type Connection } from './connection.ts';
import { SyncEngine, type EngineState } from './engine.ts';
import { Exchange } from './exchange.ts';
import type { ServerLink, ServerModel, SyncStatus } from './interface.ts';
import { rewrite, syncTables } from './kept.ts';
import { linkTo } from './link.ts';
import { SYNC_LOCK } from './outbox-tag.ts';
import { sendJob } from './send-job.ts';
import { SyncStore } from './sync-store.ts';
import type { SyncWorker } from './worker-interface.ts';

/*
 * The only script of the app that sends images anywhere, and only when the user has connected a server. Its content
 * security policy lets it reach other origins; the page's does not.
 */

const PATIENCE_MILLIS = 30_000;
/** Of the room that the browser gives: beyond this, results that nobody asked for stay on the server. */
const USED_SHARE = 0.8;

const service: SyncWorker = {
  async probe(address) {
    try {
      const link = linkTo(address);
      const signal = AbortSignal.timeout(PATIENCE_MILLIS);
      const models = await modelsOf(link, signal);
      const shape = { changes: 'object', next_since: 'number', feed: 'string' } as const;
      // Another version, without what sync needs, is told as what it is.
      changesWire.parse(await createHttp(link).json('/queue/changes?since=0', shape, { signal }));
      return { kind: 'ok', models };
    } catch (cause) {
      return failed(cause);
    }
  },

  async fetchInput(jobId, index) {
    const { db, blobs, store } = openDexieStores();
    try {
      const connection = await connectionOf(db);
      const record = await db.jobs.get(jobId);
      const delivery = record?.job.place?.delivery;
      if (connection === undefined || delivery?.state !== 'accepted') {
        return {
          kind: 'failed',
          code: 'input_not_found',
          status: 0,
          message: 'The photo is not on this device.',
        };
      }
      const path = `/queue/job/${encodeURIComponent(delivery.remoteId)}/input/${String(index)}`;
      const response = await createHttp(linkTo(connection)).open(path);
      const blob = await response.blob();
      await blobs.put({ jobId, index, kind: 'input' }, blob, { mediaType: blob.type });
      await noteInput(db, jobId, index, blob.size);
      return { kind: 'kept' };
    } catch (cause) {
      return failed(cause);
    } finally {
      await store.close();
    }
  },

  async run() {
    const { db, blobs, store } = openDexieStores();
    const connection = await connectionOf(db);
    if (connection === undefined || connection.closed !== undefined) return;
    const channel = new TabChannel();
    const syncStore = new SyncStore({ db, now: Date.now, newId });
    const link = linkTo(connection);
    const teller = new Teller(channel, connection, syncStore);
    const exchange = new Exchange({
      store: syncStore,
      blobs,
      link,
      send: sendJob,
      spareBytes,
      onSending: (jobId, fraction) => {
        channel.post({ kind: 'sending', progress: { jobId, fraction } });
      },
    });
    let knowsModels = false;
    const engine = new SyncEngine({
      exchange,
      store: syncStore,
      link,
      watch: (listener) => store.watch(listener),
      now: Date.now,
      random: Math.random,
      onState: (state) => {
        teller.tell(state);
        if (state.state !== 'online' || knowsModels) return;
        knowsModels = true;
        void refreshModels(db, connection, link);
      },
    });
    store.watch(() => {
      teller.tellAgain();
    });
    channel.listen(({ kind }) => {
      if (kind === 'ask') teller.tellAgain();
      if (kind === 'sync-now') engine.askNow();
    });
    addEventListener('online', () => {
      engine.askNow();
    });
    const sync = () => engine.run(new AbortController().signal);
    await ('locks' in navigator ? navigator.locks.request(SYNC_LOCK, sync) : sync());
    if (teller.state.state !== 'refused') return;
    const { code, message } = teller.state;
    await amendConnection(db, connection, { closed: { code, message } });
  },
};

function failed(cause: unknown) {
  const status = cause instanceof OffcutError ? cause.status : 0;
  const code = cause instanceof OffcutError ? cause.code : 'answer_invalid';
  const message = cause instanceof Error ? cause.message : String(cause);
  return { kind: 'failed', code, status, message } as const;
}

async function modelsOf(link: ServerLink, signal: AbortSignal): Promise<ServerModel[]> {
  const answer = await createHttp(link).json('/models', { default: 'string', models: 'object' }, { signal });
  return modelsWire
    .parse(answer)
    .models.filter(({ installed }) => installed)
    .map(({ id, title, default: isDefault }) => ({ id, title, default: isDefault }));
}

async function refreshModels(db: OffcutDatabase, connection: Connection, link: ServerLink): Promise<void> {
  try {
    const models = await modelsOf(link, AbortSignal.timeout(PATIENCE_MILLIS));
    await amendConnection(db, connection, { models });
  } catch (cause) {
    console.warn('The models of the server could not be listed', cause);
  }
}

async function noteInput(db: OffcutDatabase, jobId: string, index: number, bytes: number): Promise<void> {
  await db.transaction('rw', syncTables(db), async () =>
    rewrite(db, jobId, Date.now(), ({ job, items }) => {
      const item = items[index];
      if (item === undefined || item.inputBytes === bytes) return undefined;
      return {
        job: { ...job, bytes: job.bytes + bytes - item.inputBytes },
        items: items.with(index, { ...item, inputBytes: bytes }),
      };
    }),
  );
}

async function spareBytes(): Promise<number> {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return quota * USED_SHARE - usage;
}

/** Tells all tabs how things stand, at most one telling at a time: what comes meanwhile is told once after it. */
class Teller {
  readonly #channel: TabChannel;
  readonly #connection: Connection;
  readonly #store: SyncStore;
  #state: EngineState = { state: 'connecting' };
  #isTelling = false;
  #again = false;

  constructor(channel: TabChannel, connection: Connection, store: SyncStore) {
    this.#channel = channel;
    this.#connection = connection;
    this.#store = store;
    this.tellAgain();
  }

  get state(): EngineState {
    return this.#state;
  }

  tell(state: EngineState): void {
    this.#state = state;
    this.tellAgain();
  }

  tellAgain(): void {
    this.#again = true;
    if (this.#isTelling) return;
    this.#isTelling = true;
    void this.#tellAll()
      .catch((cause: unknown) => {
        console.error('How sync stands could not be told', cause);
      })
      .finally(() => (this.#isTelling = false));
  }

  async #tellAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const [outstanding, { at }] = await Promise.all([this.#store.outstanding(), this.#store.cursor()]);
      const { url, apiKey } = this.#connection;
      const status: SyncStatus = { url, hasKey: apiKey !== '', syncedAt: at, ...outstanding, ...this.#state };
      this.#channel.post({ kind: 'sync', status });
    }
  }
}

expose(service);
