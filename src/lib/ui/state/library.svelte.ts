import { SvelteMap } from 'svelte/reactivity';
import type { JobWire } from '#queue/wire.ts';
import type {
  Engine,
  JobsUpdate,
  ModelState,
  Offcut,
  Offline,
  OwnModel,
  Progress,
  SubmitOptions,
} from '../../browser/offcut.ts';
import { pictureKey } from './pictures.ts';
import { sentenceOf } from './words.ts';

export type Opening =
  | { readonly state: 'opening' }
  /** The jobs that there were are known. */
  | { readonly state: 'open' }
  | { readonly state: 'failed'; readonly message: string };

/**
 * What Offcut holds on this device, kept up to date for the page. The only module that talks to the facade. Calls
 * made before it has opened wait for it; all of them reject with an error whose message can be shown.
 */
export class Library {
  opening = $state.raw<Opening>({ state: 'opening' });
  engine = $state.raw<Engine>({ state: 'starting' });
  offline = $state.raw<Offline>();
  models = $state.raw<readonly ModelState[]>([]);
  readonly jobs = new SvelteMap<string, JobWire>();
  /** By picture key, for images under work only. */
  readonly progress = new SvelteMap<string, Progress>();

  readonly #opened = Promise.withResolvers<Offcut>();

  /** Opens once; failing is a state to show, not an error to catch. */
  async open(openOffcut: () => Promise<Offcut>): Promise<void> {
    try {
      const offcut = await openOffcut();
      offcut.observeJobs((update) => this.#takeJobs(update));
      offcut.observeProgress((progress) => {
        this.progress.set(pictureKey(progress.jobId, progress.index), progress);
      });
      offcut.observeEngine((engine) => (this.engine = engine));
      offcut.models.observe((models) => (this.models = models));
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
    await (await this.#opened.promise).submit(file, name, options);
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

  async zip(jobIds: readonly string[]): Promise<ReadableStream<Uint8Array>> {
    return (await this.#opened.promise).zip(jobIds);
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

  async addModel(file: Blob, own: OwnModel): Promise<void> {
    await (await this.#opened.promise).models.add(file, own);
  }

  #takeJobs({ changed, removed }: JobsUpdate): void {
    for (const job of changed) {
      this.jobs.set(job.id, job);
      for (const { index, status } of job.results) {
        if (status !== 'processing') this.progress.delete(pictureKey(job.id, index));
      }
    }
    for (const id of removed) this.jobs.delete(id);
    if (this.opening.state === 'opening') this.opening = { state: 'open' };
  }
}
