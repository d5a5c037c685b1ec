import type { AutoWhy } from '#sync/auto.ts';
import type { ModelWire } from '#queue/wire.ts';
import type { TabChannel } from '../channel.ts';
import type { Device } from '../device.ts';
import type { ItemRef } from '../edits/item-edits.ts';
import { Observable, type Unsubscribe } from '../observable.ts';
import { OnDemand } from '../on-demand.ts';
import { choiceOf, connectionOf, keepChoice } from './connection.ts';
import { OUTBOX_TAG } from './outbox-tag.ts';
import type { PlaceChoice, SendProgress, ServerAddress, ServerModel, Sync, SyncStatus } from './interface.ts';
import type { SyncDesk } from './sync-desk.ts';

/** Sync as the page sees it. All but how things stand is loaded when a server is connected, or is to be. */
export class SyncOnDemand implements Sync {
  readonly #device: Device;
  readonly #channel: TabChannel;
  readonly #status = new Observable<SyncStatus>({ state: 'off' });
  readonly #silence: Unsubscribe;
  readonly #desk: OnDemand<SyncDesk>;
  readonly #known: Promise<void>;

  constructor(device: Device, channel: TabChannel) {
    this.#device = device;
    this.#channel = channel;
    this.#silence = channel.listen((message) => {
      if (message.kind === 'sync') this.#status.set(message.status);
    });
    this.#desk = new OnDemand(async () => {
      const { SyncDesk } = await import('./sync-desk.ts');
      return new SyncDesk(device, channel, () => this.#status.value.state === 'online');
    });
    this.#known = this.#look().catch((cause: unknown) => {
      console.error('Whether a server is connected could not be read', cause);
    });
  }

  /** Until the leader tells. */
  async #look(): Promise<void> {
    const connection = await connectionOf(this.#device.db);
    if (connection === undefined || this.#status.value.state !== 'off') return;
    const { url, apiKey } = connection;
    const none = { outbox: 0, incoming: 0, syncedAt: null };
    this.#status.set({ state: 'connecting', url, hasKey: apiKey !== '', ...none });
  }

  observe(listener: (status: SyncStatus) => void): Unsubscribe {
    return this.#status.observe(listener);
  }

  observeSending(listener: (progress: SendProgress) => void): Unsubscribe {
    return this.#channel.listen((message) => {
      if (message.kind === 'sending') listener(message.progress);
    });
  }

  async connect(server: ServerAddress): Promise<void> {
    await (await this.#desk.get()).connect(server);
    await this.#look();
  }

  async disconnect(): Promise<void> {
    await (await this.#desk.get()).disconnect();
    this.#channel.post({ kind: 'sync', status: { state: 'off' } });
  }

  syncNow(): void {
    this.#channel.post({ kind: 'sync-now' });
  }

  defaultPlace(): Promise<PlaceChoice> {
    return choiceOf(this.#device.db);
  }

  setDefaultPlace(choice: PlaceChoice): Promise<void> {
    return keepChoice(this.#device.db, choice);
  }

  async resolve(choice: PlaceChoice, model?: string): Promise<'device' | 'server'> {
    return choice === 'device' ? 'device' : (await this.#desk.get()).resolve(choice, model);
  }

  async explainAuto(model?: string): Promise<AutoWhy> {
    return (await this.#desk.get()).explainAuto(model);
  }

  async models(): Promise<readonly ServerModel[]> {
    return (await this.#isOff()) ? [] : (await this.#desk.get()).models();
  }

  async move(jobId: string, to: 'device' | 'server'): Promise<void> {
    await (await this.#desk.get()).move(jobId, to);
  }

  async fetchResults(jobId: string): Promise<void> {
    await (await this.#desk.get()).fetchResults(jobId);
  }

  /**
   * For a new job: the models of the server when it is to run there, else `undefined`.
   * @param choice of the user for this job; the one for all jobs when absent
   */
  async forJob(
    choice: PlaceChoice | undefined,
    model: string | undefined,
  ): Promise<readonly ModelWire[] | undefined> {
    if (choice === 'device' || (choice !== 'server' && (await this.#isOff()))) return undefined;
    const wanted = choice ?? (await this.defaultPlace());
    const place = await this.resolve(wanted, model);
    if (place === 'device') return undefined;
    const models = await (await this.#desk.get()).modelsForJobs();
    askForBackgroundSync();
    return models;
  }

  /** A photo that another device submitted, by way of the server; it is kept here. */
  async photo({ jobId, index }: ItemRef): Promise<Blob | undefined> {
    const place = (await this.#device.db.jobs.get(jobId))?.job.place;
    if (place?.origin !== 'elsewhere' || (await this.#isOff())) return undefined;
    try {
      await (await this.#desk.get()).fetchInput(jobId, index);
    } catch (cause) {
      console.warn('A photo of another device could not be fetched', cause);
    }
    return this.#device.queue.blobs.get({ jobId, index, kind: 'input' });
  }

  close(): void {
    this.#silence();
    this.#desk.close();
  }

  async #isOff(): Promise<boolean> {
    await this.#known;
    return this.#status.value.state === 'off';
  }
}

interface WithSync {
  readonly sync?: { register(tag: string): Promise<void> };
}

/** Where there is such a thing, what waits is also sent when the network is back and no page is open. */
function askForBackgroundSync(): void {
  if (!('serviceWorker' in navigator)) return;
  void navigator.serviceWorker.ready
    .then((registration) => (registration as WithSync).sync?.register(OUTBOX_TAG))
    // A browser may forbid it: then it waits for a page.
    .catch(() => undefined);
}
