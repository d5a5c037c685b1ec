import { SvelteMap } from 'svelte/reactivity';
import { QueueError } from '#queue/errors.ts';
import type {
  EditedItems,
  ExportControl,
  ExportedFile,
  ItemEdits,
  ItemRef,
} from '../../browser/edits/item-edits.ts';
import type {
  Engine,
  JobsUpdate,
  ModelState,
  Offcut,
  Offline,
  OwnModel,
  Progress,
} from '../../browser/offcut.ts';
import type { SubmitOptions } from '../../browser/submit-options.ts';
import type { ImportOutcome, RoomLevel, StorageReport } from '../../browser/storage/interface.ts';
import type { PlaceChoice, ServerAddress, Sync, SyncStatus } from '../../browser/sync/interface.ts';
import type { ThumbnailOf } from '../../browser/thumbnails/thumbnails.ts';
import { type PageJob, pageJob, pictureKey } from './pictures.ts';
import { sentenceOf } from './words.ts';

export type Opening =
  | { readonly state: 'opening' }
  /** The jobs that there were are known. */
  | { readonly state: 'open' }
  | { readonly state: 'failed'; readonly message: string };

/** A job's row says `waiting` also while it is sent. */
const IN_OUTBOX: readonly string[] = ['waiting', 'sending'];

/**
 * What Offcut holds on this device, kept up to date for the page. The only module that talks to the facade. Calls
 * made before it has opened wait for it; all of them reject with an error whose message can be shown.
 */
export class Library {
  opening = $state.raw<Opening>({ state: 'opening' });
  engine = $state.raw<Engine>({ state: 'starting' });
  offline = $state.raw<Offline>();
  models = $state.raw<readonly ModelState[]>([]);
  /** Whether nothing that waits is begun. */
  paused = $state(false);
  /** When each picture that has edits was edited, by picture key. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced as a whole
  edited = $state.raw<EditedItems>(new Map());
  room = $state.raw<RoomLevel>('plenty');
  /** One signal for all: one for each would weigh as much as the job. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced as a whole
  jobs = $state.raw<ReadonlyMap<string, PageJob>>(new Map());
  /** By picture key, for images under work only. */
  readonly progress = new SvelteMap<string, Progress>();

  server = $state.raw<SyncStatus>({ state: 'off' });
  /** Where new images run. */
  place = $state<PlaceChoice>('device');
  /** How much of a job has been sent, 0 to 1, for those that are being sent. */
  readonly sending = new SvelteMap<string, number>();

  readonly #opened = Promise.withResolvers<Offcut>();
  readonly #onRemoved: (jobIds: readonly string[]) => void;

  constructor(onRemoved: (jobIds: readonly string[]) => void) {
    this.#onRemoved = onRemoved;
  }

  /** Opens once; failing is a state to show, not an error to catch. */
  async open(openOffcut: () => Promise<Offcut>): Promise<void> {
    try {
      const offcut = await openOffcut();
      offcut.observeJobs((update) => this.#takeJobs(update));
      offcut.observeProgress((progress) => {
        this.progress.set(pictureKey(progress.jobId, progress.index), progress);
      });
      offcut.observeEngine((engine) => (this.engine = engine));
      offcut.line.observe((paused) => (this.paused = paused));
      offcut.edits.observe((edited) => (this.edited = edited));
      offcut.models.observe((models) => (this.models = models));
      offcut.storage.observe((room) => (this.room = room));
      offcut.sync.observe((status) => this.#takeServer(status, offcut.sync));
      offcut.sync.observeSending(({ jobId, fraction }) => this.sending.set(jobId, fraction));
      offcut.observeOffline((offline) => (this.offline = offline));
      this.#opened.resolve(offcut);
    } catch (cause) {
      this.#opened.promise.catch(() => undefined);
      this.#opened.reject(cause);
      this.opening = { state: 'failed', message: sentenceOf(cause) };
    }
  }

  async close(): Promise<void> {
    if (this.opening.state === 'open') await (await this.#opened.promise).close();
  }

  async submit(file: Blob, name: string, options: SubmitOptions): Promise<void> {
    try {
      await (await this.#opened.promise).submit(file, name, options);
    } catch (cause) {
      if (cause instanceof QueueError && cause.code === 'storage_full') this.room = 'full';
      throw cause;
    }
  }

  makeWay(): void {
    void this.#opened.promise.then((offcut) => offcut.makeWay()).catch(() => undefined);
  }

  async cancel(jobId: string): Promise<void> {
    await (await this.#opened.promise).cancel(jobId);
  }

  async retry(jobId: string): Promise<void> {
    await (await this.#opened.promise).retry(jobId);
  }

  async remove(jobId: string): Promise<void> {
    await (await this.#opened.promise).remove(jobId);
  }

  async input(jobId: string, index: number): Promise<Blob | undefined> {
    return (await this.#opened.promise).input(jobId, index);
  }

  async result(jobId: string, index: number): Promise<Blob> {
    return (await this.#opened.promise).result(jobId, index);
  }

  async zip(items: readonly ItemRef[], onEach?: () => void): Promise<ReadableStream<Uint8Array>> {
    return (await this.#opened.promise).zip(items, onEach);
  }

  async thumbnail(of: ThumbnailOf, signal: AbortSignal): Promise<Blob | undefined> {
    return (await this.#opened.promise).thumbnail(of, signal);
  }

  async exportItem(item: ItemRef, control?: ExportControl): Promise<ExportedFile> {
    return (await this.#opened.promise).edits.exportItem(item, control);
  }

  async toPng(picture: Blob): Promise<Blob> {
    return (await this.#opened.promise).toPng(picture);
  }

  async setPaused(paused: boolean): Promise<void> {
    const { line } = await this.#opened.promise;
    await (paused ? line.pause() : line.resume());
  }

  async reorder(jobIds: readonly string[]): Promise<void> {
    await (await this.#opened.promise).line.reorder(jobIds);
  }

  async edits(): Promise<ItemEdits> {
    return (await this.#opened.promise).edits;
  }

  async lookAtModels(): Promise<void> {
    await (await this.#opened.promise).models.look();
  }

  async refreshModels(): Promise<void> {
    await (await this.#opened.promise).models.refresh();
  }

  async downloadModel(id: string, signal: AbortSignal): Promise<void> {
    await (await this.#opened.promise).models.download(id, signal);
  }

  async removeModel(id: string): Promise<void> {
    await (await this.#opened.promise).models.remove(id);
  }

  async measureStorage(): Promise<StorageReport> {
    return (await this.#opened.promise).storage.measure();
  }

  async keepForGood(): Promise<boolean> {
    return (await this.#opened.promise).storage.persist();
  }

  async exportLibrary(): Promise<ReadableStream<Uint8Array>> {
    return (await this.#opened.promise).storage.exportLibrary();
  }

  async importLibrary(file: Blob, onProgress: (fraction: number) => void): Promise<ImportOutcome> {
    return (await this.#opened.promise).storage.importLibrary(file, onProgress);
  }

  async connect(server: ServerAddress): Promise<void> {
    await (await this.#sync()).connect(server);
  }

  async disconnect(): Promise<void> {
    await (await this.#sync()).disconnect();
  }

  async syncNow(): Promise<void> {
    (await this.#sync()).syncNow();
  }

  async setPlace(choice: PlaceChoice): Promise<void> {
    await (await this.#sync()).setDefaultPlace(choice);
    this.place = choice;
  }

  async explainAuto(model?: string): ReturnType<Sync['explainAuto']> {
    return (await this.#sync()).explainAuto(model);
  }

  async runOn(place: 'device' | 'server', jobId: string): Promise<void> {
    await (await this.#sync()).move(jobId, place);
  }

  async fetchResults(jobId: string): Promise<void> {
    await (await this.#sync()).fetchResults(jobId);
  }

  async #sync(): Promise<Sync> {
    return (await this.#opened.promise).sync;
  }

  #takeServer(status: SyncStatus, sync: Sync): void {
    this.server = status;
    if (status.state === 'off') {
      this.place = 'device';
      return;
    }
    // Another tab may have changed it.
    void sync.defaultPlace().then(
      (choice) => (this.place = choice),
      () => undefined,
    );
  }

  async dropModel(id: string): Promise<void> {
    const { storage, models } = await this.#opened.promise;
    await storage.removeModel(id);
    await models.refresh();
  }

  async addModel(file: Blob, own: OwnModel): Promise<void> {
    await (await this.#opened.promise).models.add(file, own);
  }

  #takeJobs({ changed, removed }: JobsUpdate): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- as above
    const jobs = new Map(this.jobs);
    for (const job of changed) {
      jobs.set(job.id, pageJob(job));
      if (job.place === undefined || !IN_OUTBOX.includes(job.place.stage)) this.sending.delete(job.id);
      for (const { index, status } of job.results) {
        if (status !== 'processing') this.progress.delete(pictureKey(job.id, index));
      }
    }
    for (const id of removed) jobs.delete(id);
    this.jobs = jobs;
    this.#onRemoved(removed);
    if (removed.length > 0 && this.room === 'full') this.room = 'plenty';
    if (this.opening.state === 'opening') this.opening = { state: 'open' };
  }
}
