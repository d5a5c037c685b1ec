import { t } from '../i18n/text.ts';
import type { Library } from './library.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import type { Picture } from './pictures.ts';
import { saveBlob, saveStream } from './save.ts';

export interface SavingProgress {
  readonly done: number;
  readonly total: number;
}

type Attempt = (action: () => Promise<void>) => Promise<void>;

/** How results leave: one file, one zip, a folder, the clipboard, another app. All of them with their edits. */
export class Saving {
  /** Of what is being written; undefined when nothing is. */
  progress = $state.raw<SavingProgress>();

  readonly #library: Library;
  readonly #notices: Notices;
  readonly #attempt: Attempt;
  #abort = new AbortController();

  /** @param attempt tells the user of what fails */
  constructor(library: Library, notices: Notices, attempt: Attempt) {
    this.#library = library;
    this.#notices = notices;
    this.#attempt = attempt;
  }

  /** One as the file that it is, several as a zip. */
  save(pictures: readonly Picture[]): Promise<void> {
    const [only, ...more] = pictures;
    if (only === undefined) return Promise.resolve();
    return more.length > 0 ? this.zip(pictures) : this.file(only);
  }

  file(picture: Picture): Promise<void> {
    return this.#attempt(async () => {
      const { blob, name } = await this.#library.exportItem(picture);
      saveBlob(blob, name);
    });
  }

  zip(pictures: readonly Picture[]): Promise<void> {
    return this.#write(pictures.length, (onEach, signal) =>
      saveStream(() => this.#library.zip(pictures, onEach), 'offcut.zip', 'application/zip', signal),
    );
  }

  toFolder(pictures: readonly Picture[]): Promise<void> {
    return this.#write(pictures.length, async (onEach, signal) => {
      const { pickFolder, writeFiles } = await import('../saving/to-folder.ts');
      const folder = await pickFolder();
      if (folder === undefined) return;
      const saved = await writeFiles(folder, this.#files(pictures, onEach), signal);
      this.#notices.inform(t('page.saved-to', { count: saved, folder: folder.name }));
    });
  }

  /** Called in a click: clipboards take a promise of the image only then. */
  copy(picture: Picture): Promise<void> {
    const png = this.#library.exportItem(picture).then(({ blob }) => this.#library.toPng(blob));
    return this.#attempt(async () => {
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
      this.#notices.inform(t('page.copied', { name: picture.name }));
    });
  }

  share(pictures: readonly Picture[]): Promise<void> {
    return this.#attempt(async () => {
      const files: File[] = [];
      for await (const { blob, name } of this.#files(pictures)) {
        files.push(new File([blob], name, { type: blob.type }));
      }
      const isDismissed = (cause: unknown) => cause instanceof DOMException && cause.name === 'AbortError';
      await navigator.share({ files }).catch((cause: unknown) => {
        if (!isDismissed(cause)) throw cause;
      });
    });
  }

  stop(): void {
    this.#abort.abort();
  }

  async *#files(pictures: readonly Picture[], onEach?: () => void) {
    for (const [at, picture] of pictures.entries()) {
      onEach?.();
      yield await this.#library.exportItem(picture, { number: at + 1 });
    }
  }

  async #write(
    total: number,
    write: (onEach: () => void, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (this.progress !== undefined || total === 0) return;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    let begun = 0;
    const onEach = () => {
      this.progress = { done: begun, total };
      begun += 1;
    };
    await this.#attempt(() =>
      write(onEach, signal).catch((cause: unknown) => {
        if (!signal.aborted) throw cause;
      }),
    );
    this.progress = undefined;
  }
}

/** What this browser can do; asked in the page, not while it is prerendered. */
export function canSaveToFolder(): boolean {
  return typeof window !== 'undefined' && 'showDirectoryPicker' in window;
}

export function canCopy(): boolean {
  return typeof ClipboardItem !== 'undefined' && typeof navigator.clipboard?.write === 'function';
}

export function canShare(): boolean {
  if (typeof navigator === 'undefined' || typeof navigator.canShare !== 'function') return false;
  return navigator.canShare({ files: [new File([''], 'a.png', { type: 'image/png' })] });
}
