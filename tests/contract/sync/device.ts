import type { ClientQueue } from '#queue/client-queue.ts';
import { QueueError } from '#queue/errors.ts';
import type { StoredJob } from '#queue/job.ts';
import { resultKey } from '#queue/blob-keys.ts';
import { jobOptions } from '#queue/options.ts';
import { Queue } from '#queue/queue.ts';
import { OffcutError } from '#client/errors.ts';
import { Exchange } from '../../../src/lib/browser/sync/exchange.ts';
import { OwnQueue } from '../../../src/lib/browser/sync/own-queue.ts';
import { sendJob } from '../../../src/lib/browser/sync/send-job.ts';
import { SyncStore } from '../../../src/lib/browser/sync/sync-store.ts';
import { openDexieStores } from '../../../src/lib/browser/store/open.ts';
import type { Fault, Network } from './network.ts';
import { MODEL } from './server.ts';

export interface DeviceHost {
  readonly network: Network;
  readonly now: () => number;
  readonly newId: () => string;
}

/** What happens during one pass: one fault a request, and the moment at which the device dies, if it does. */
export interface Trouble {
  readonly faults: readonly Fault[];
  readonly crashAt: number | undefined;
  readonly spareBytes?: number;
}

const NO_TROUBLE: Trouble = { faults: [], crashAt: undefined };

/** A device: the real store, over an IndexedDB in memory, and the real exchange. A crash drops all but the storage. */
export class TestDevice {
  readonly name: string;
  readonly #host: DeviceHost;
  #opened;

  constructor(name: string, host: DeviceHost) {
    this.name = name;
    this.#host = host;
    this.#opened = this.#open();
  }

  #open() {
    const { now, newId } = this.#host;
    const { db, store, blobs } = openDexieStores(this.name);
    const queue = new Queue({ store, blobs, now, newId, random: () => 0 });
    const parts = { queue, db };
    return {
      db,
      queue,
      store: new SyncStore({ db, now, newId }),
      client: new OwnQueue({ ...parts, forServer: false }),
      toServer: new OwnQueue({ ...parts, forServer: true }),
    };
  }

  get client(): ClientQueue {
    return this.#opened.client;
  }

  get store(): SyncStore {
    return this.#opened.store;
  }

  get db() {
    return this.#opened.db;
  }

  async submit(texts: readonly string[], place: 'server' | 'device' = 'server'): Promise<string> {
    const { queue, client, toServer } = this.#opened;
    const jobId = queue.newId();
    const files = [];
    for (const [index, text] of texts.entries()) {
      const blob = new Blob([text]);
      await queue.blobs.put({ jobId, index, kind: 'input' }, blob, { mediaType: 'image/jpeg' });
      files.push({ filename: `${text}.jpg`, mediaType: 'image/jpeg', bytes: blob.size });
    }
    const options = jobOptions.parse({});
    const submission = { jobId, files, model: MODEL, options, priority: 5, idempotencyKey: null };
    await (place === 'server' ? toServer : client).submit(submission);
    return jobId;
  }

  /** @returns whether there was anything to do */
  async act(what: 'cancel' | 'retry' | 'remove', jobId: string): Promise<boolean> {
    try {
      await this.client[what](jobId);
      return true;
    } catch (cause) {
      if (cause instanceof QueueError) return false;
      throw cause;
    }
  }

  async jobs(): Promise<StoredJob[]> {
    return (await this.client.list({ limit: 100 })).jobs as StoredJob[];
  }

  async resultText(stored: StoredJob, index: number): Promise<string | undefined> {
    const item = stored.items[index];
    if (item?.state !== 'completed') return undefined;
    return (await this.#opened.queue.blobs.get(resultKey(item)))?.text();
  }

  /** One pass of the exchange, in trouble; a crash in it leaves the device as its storage is. */
  async pass({ faults, crashAt, spareBytes = Infinity }: Trouble = NO_TROUBLE): Promise<void> {
    const crash = Promise.withResolvers<'crashed'>();
    let moments = 0;
    const moment = async (): Promise<void> => {
      moments += 1;
      if (crashAt === undefined || moments < crashAt) return;
      crash.resolve('crashed');
      // Nothing after this moment happens.
      await new Promise<never>(() => undefined);
    };
    let requests = 0;
    const exchange = new Exchange({
      store: mortal(this.#opened.store, moment),
      blobs: this.#opened.queue.blobs,
      send: sendJob,
      spareBytes: async () => spareBytes,
      link: {
        baseUrl: 'http://server.test',
        apiKey: undefined,
        headers: {},
        fetch: async (input, init) => {
          await moment();
          const fault = faults[requests] ?? 'none';
          requests += 1;
          const answer = await this.#host.network.fetch(this.name, fault, input, init);
          await moment();
          return answer;
        },
      },
    });
    const passed = exchange.pass(new AbortController().signal).catch((cause: unknown) => {
      if (!(cause instanceof OffcutError)) throw cause;
    });
    if ((await Promise.race([passed, crash.promise])) === 'crashed') await this.reopen();
  }

  async reopen(): Promise<void> {
    await this.close();
    this.#opened = this.#open();
  }

  async close(): Promise<void> {
    await this.#opened.queue.store.close();
  }
}

/** The store, with a moment before and after each of its transactions. */
function mortal(store: SyncStore, moment: () => Promise<void>): SyncStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]): Promise<unknown> => {
        await moment();
        const answer: unknown = await Reflect.apply(member, target, given);
        await moment();
        return answer;
      };
    },
  });
}
