import type { Hono } from 'hono';
import type { BlobStore } from '#queue/blobs.ts';
import { inputKey, resultKey } from '#queue/blob-keys.ts';
import { ClientQueue } from '#queue/client-queue.ts';
import { DEFAULT_FORM_LIMITS } from '#queue/form.ts';
import type { StoredJob } from '#queue/job.ts';
import { Queue } from '#queue/queue.ts';
import { readWholeForm } from '#queue/read-whole-form.ts';
import { createApp } from '#queue/routes/app.ts';
import type { QueueStore } from '#queue/store.ts';
import { nameOf } from '#sync/feed.ts';

export interface ServerStorage {
  /** Opens it, again if need be; what was opened before is closed. */
  open(): Promise<{ readonly store: QueueStore; readonly blobs: BlobStore }>;
  dispose(): Promise<void>;
}

export const MODEL = 'u2netp';
const MODELS = [
  { id: MODEL, title: MODEL, default: true, installed: true, bytes: 1, licence: 'x', commercial_use: true },
];
export const RETENTION_SECONDS = 3600;

/** The contract's own routes over a real store, with a runner that works when it is told to. */
export class TestServer {
  readonly #storage: ServerStorage;
  readonly #tenant: string;
  readonly #now: () => number;
  readonly #newId: () => string;
  #app: Hono | undefined;
  #queue: Queue | undefined;
  /** How often each image was finished, and each job made and ended for good, by the job's name. */
  readonly completions = new Map<string, number>();

  constructor(storage: ServerStorage, tenant: string, now: () => number, newId: () => string) {
    this.#storage = storage;
    this.#tenant = tenant;
    this.#now = now;
    this.#newId = newId;
  }

  async start(): Promise<void> {
    const { store, blobs } = await this.#storage.open();
    const policy = { retentionSeconds: RETENTION_SECONDS };
    const queue = new Queue({ store, blobs, now: this.#now, newId: this.#newId, random: () => 0, policy });
    this.#queue = queue;
    this.#app = createApp({
      queue,
      clientOf: () => this.client,
      version: '1',
      readForm: readWholeForm,
      formLimits: DEFAULT_FORM_LIMITS,
      models: async () => MODELS,
      installHint: async () => '',
      worker: async () => ({ running: true, maxConcurrent: 1 }),
      syncTimeoutSeconds: 1,
      // A play that ran out of time is stopped in the middle of requests. What fails otherwise, the devices suffer.
      onError: () => undefined,
    });
  }

  get queue(): Queue {
    if (this.#queue === undefined) throw new Error('The server was not started.');
    return this.#queue;
  }

  get client(): ClientQueue {
    return new ClientQueue(this.queue, this.#tenant);
  }

  async handle(request: Request): Promise<Response> {
    if (this.#app === undefined) throw new Error('The server was not started.');
    return this.#app.fetch(request);
  }

  /** @returns whether there was an image of ours to work on */
  async work(succeed: boolean): Promise<boolean> {
    const leased = await this.queue.lease('runner');
    if (leased === undefined) return false;
    const { item, job } = leased;
    if (!succeed) {
      await this.queue.fail(item, { code: 'image_undecodable', message: 'It is broken.' }, false);
      return true;
    }
    const input = await this.queue.blobs.get(inputKey(item));
    const blob = new Blob([`cut ${(await input?.text()) ?? 'nothing'}`]);
    const result = { mediaType: 'image/png', width: 2, height: 2, warnings: [] };
    if (await this.queue.complete(item, blob, result)) {
      const key = `${nameOf(job.id, job.idempotency?.key ?? null)}/${String(item.index)}`;
      this.completions.set(key, (this.completions.get(key) ?? 0) + 1);
    }
    return true;
  }

  async jobs(): Promise<StoredJob[]> {
    return (await this.client.list({ limit: 100 })).jobs as StoredJob[];
  }

  /** What devices call the jobs that are there. */
  async names(): Promise<string[]> {
    return (await this.jobs()).map(({ job }) => nameOf(job.id, job.idempotency?.key ?? null));
  }

  async resultText(stored: StoredJob, index: number): Promise<string | undefined> {
    const item = stored.items[index];
    if (item?.state !== 'completed') return undefined;
    return (await this.queue.blobs.get(resultKey(item)))?.text();
  }
}
