import { v7 as newId } from 'uuid';
import { OffcutError } from '#client/errors.ts';
import { DEFAULT_MODEL, MODELS } from '#models/registry.ts';
import { QueueError } from '#queue/errors.ts';
import type { Failure } from '#queue/job.ts';
import { UNSENT_PLACE } from '#queue/place.ts';
import type { ModelWire } from '#queue/wire.ts';
import { AUTO_WHYS, whyPlace, type AutoWhy } from '#sync/auto.ts';
import { broughtHome, shown } from '#sync/shown.ts';
import { isPlaced, type Kept } from '#sync/stored.ts';
import type { TabChannel } from '../channel.ts';
import type { Device } from '../device.ts';
import { findAdapter } from '../matting-worker/adapter.ts';
import { listModels } from '../models.ts';
import { connectionOf, dropConnection, keepConnection } from './connection.ts';
import type { PlaceChoice, ServerAddress, ServerModel } from './interface.ts';
import { announce, rewrite, syncTables } from './kept.ts';
import { startSyncWorker } from './worker-client.ts';
import { SyncStore } from './sync-store.ts';
import type { SyncWorker } from './worker-interface.ts';

const DISCONNECTED: Failure = {
  code: 'server_disconnected',
  message: 'The server was disconnected before this was done. Retry it to have it done on this device.',
};

/** What `Sync` does beyond telling how things stand; loaded when it is first needed. */
export class SyncDesk {
  readonly #device: Pick<Device, 'db' | 'inMemory'>;
  readonly #channel: TabChannel;
  readonly #isReachable: () => boolean;

  constructor(device: Pick<Device, 'db' | 'inMemory'>, channel: TabChannel, isReachable: () => boolean) {
    this.#device = device;
    this.#channel = channel;
    this.#isReachable = isReachable;
  }

  close(): void {
    // Workers live for a call only.
  }

  async connect({ url, apiKey }: ServerAddress): Promise<void> {
    const { db, inMemory } = this.#device;
    if (inMemory) {
      throw new QueueError(
        'internal_error',
        'This browser keeps nothing on this device, so there is nothing to sync. Open Offcut in a window that is not private.',
      );
    }
    const address = { url: tidyUrl(url), apiKey: apiKey.trim() };
    const outcome = await withWorker((worker) => worker.probe(address));
    if (outcome.kind === 'failed') throw new OffcutError(outcome.code, outcome.status, outcome.message);
    const before = await connectionOf(db);
    if (before !== undefined && before.url !== address.url) await this.#letGo();
    await keepConnection(db, { name: 'server', ...address, models: outcome.models });
    this.#channel.post({ kind: 'sync-settings' });
  }

  async disconnect(): Promise<void> {
    await dropConnection(this.#device.db);
    this.#channel.post({ kind: 'sync-settings' });
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    const { db } = this.#device;
    await new SyncStore({ db, now: Date.now, newId }).letGo(DISCONNECTED);
  }

  async models(): Promise<readonly ServerModel[]> {
    return (await connectionOf(this.#device.db))?.models ?? [];
  }

  async resolve(choice: PlaceChoice, model?: string): Promise<'device' | 'server'> {
    return choice === 'auto' ? AUTO_WHYS[await this.explainAuto(model)] : choice;
  }

  async explainAuto(model?: string): Promise<AutoWhy> {
    const connection = await connectionOf(this.#device.db);
    const here = await listModels();
    const id = model ?? DEFAULT_MODEL.id;
    return whyPlace({
      connected: connection !== undefined && connection.closed === undefined,
      reachable: navigator.onLine && this.#isReachable(),
      modelOnServer: connection?.models.some((one) => one.id === id) ?? false,
      modelHere: here.some((one) => one.id === id && one.installed),
      modelBytes: here.find((one) => one.id === id)?.bytes ?? 0,
      webGpu: (await findAdapter()).kind === 'hardware',
      cores: navigator.hardwareConcurrency,
      memoryGigabytes: 'deviceMemory' in navigator ? Number(navigator.deviceMemory) : undefined,
    });
  }

  /** The models of the server as a submission looks them up. @throws QueueError when none is connected */
  async modelsForJobs(): Promise<readonly ModelWire[]> {
    const connection = await connectionOf(this.#device.db);
    if (connection === undefined) {
      throw new QueueError(
        'option_invalid',
        'No server is connected. Connect one in the settings, or run this on the device.',
      );
    }
    return connection.models.map(({ id, title, default: isDefault }) => {
      const known = MODELS.find((spec) => spec.id === id);
      return {
        id,
        title,
        default: isDefault,
        installed: true,
        bytes: known?.bytes ?? 1,
        licence: known?.licence ?? '',
        commercial_use: known?.commercialUse ?? false,
      };
    });
  }

  async move(jobId: string, to: 'device' | 'server'): Promise<void> {
    const { db } = this.#device;
    const now = Date.now();
    if (to === 'server') await this.modelsForJobs();
    const moved = await db.transaction('rw', syncTables(db), async () =>
      rewrite(db, jobId, now, (kept) => (to === 'device' ? toDevice(kept, now) : toServer(kept, now))),
    );
    if (moved === undefined) {
      throw new QueueError(
        'job_over',
        to === 'device'
          ? `Job ${jobId} was sent already, or is over. Cancel it, and add the photo again to have it done on this device.`
          : `Job ${jobId} was begun on this device already, or is over. Add the photo again to have it done on the server.`,
      );
    }
    announce(db);
  }

  async fetchResults(jobId: string): Promise<void> {
    await new SyncStore({ db: this.#device.db, now: Date.now, newId }).setResults(jobId, 'asked');
  }

  /** Has a photo of another device come. @throws OffcutError */
  async fetchInput(jobId: string, index: number): Promise<void> {
    const outcome = await withWorker((worker) => worker.fetchInput(jobId, index));
    if (outcome.kind === 'failed') throw new OffcutError(outcome.code, outcome.status, outcome.message);
  }
}

async function withWorker<T>(work: (worker: SyncWorker) => Promise<T>): Promise<T> {
  const { worker, remote, lost } = startSyncWorker();
  try {
    return await Promise.race([work(remote as unknown as SyncWorker), lost]);
  } finally {
    worker.terminate();
  }
}

/** @throws QueueError `option_invalid` */
function tidyUrl(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  if (trimmed === '' || trimmed === location.origin) return '';
  const url = URL.parse(/^[a-z]+:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new QueueError(
      'option_invalid',
      `"${text}" is no address of a server. Enter one such as https://offcut.example.com.`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new QueueError(
      'option_invalid',
      'The address of a server has no name, password or parameters in it. Enter the key in its own field.',
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function toDevice(kept: Kept, now: number): Kept | undefined {
  if (!isPlaced(kept) || kept.job.place.delivery.state !== 'unsent') return undefined;
  return kept.job.place.wish === null ? broughtHome(kept, null, now) : undefined;
}

function toServer(kept: Kept, now: number): Kept | undefined {
  const isUntouched = kept.items.every(({ state, attempt }) => state === 'pending' && attempt === 0);
  return isUntouched && !isPlaced(kept) ? shown(kept, UNSENT_PLACE, now) : undefined;
}
