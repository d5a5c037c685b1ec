import type { OwnModel } from '../../browser/offcut.ts';
import type { Library } from './library.svelte.ts';
import type { Settings } from './settings.svelte.ts';

type Attempt = (action: () => Promise<void>) => Promise<void>;

/** What can be done with models on the page. */
export class ModelDesk {
  readonly #library: Library;
  readonly #settings: Settings;
  readonly #attempt: Attempt;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- shown by nobody: the library says what runs
  readonly #downloads = new Map<string, AbortController>();

  /** @param attempt tells the user of what fails */
  constructor(library: Library, settings: Settings, attempt: Attempt) {
    this.#library = library;
    this.#settings = settings;
    this.#attempt = attempt;
  }

  look(): Promise<void> {
    return this.#attempt(() => this.#library.lookAtModels());
  }

  refresh(): Promise<void> {
    return this.#attempt(() => this.#library.refreshModels());
  }

  async download(id: string): Promise<void> {
    const abort = new AbortController();
    this.#downloads.set(id, abort);
    await this.#attempt(async () => {
      await this.#library.downloadModel(id, abort.signal).catch((cause: unknown) => {
        if (!abort.signal.aborted) throw cause;
      });
    });
    this.#downloads.delete(id);
  }

  /** What came is kept: the next download goes on from there. */
  stop(id: string): void {
    this.#downloads.get(id)?.abort();
  }

  async remove(id: string): Promise<void> {
    if (this.#settings.model === id) this.#settings.model = '';
    await this.#attempt(() => this.#library.removeModel(id));
  }

  /** @returns whether it was added */
  async add(file: Blob, own: OwnModel): Promise<boolean> {
    let added = false;
    await this.#attempt(async () => {
      await this.#library.addModel(file, own);
      added = true;
    });
    return added;
  }
}
