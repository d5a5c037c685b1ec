import { untrack } from 'svelte';

export interface Notice {
  readonly id: number;
  /** A problem stays until it is dismissed; the rest goes by itself. */
  readonly kind: 'information' | 'problem';
  readonly text: string;
  /** What can be done about it: a button, which also dismisses it. */
  readonly action?: NoticeAction | undefined;
}

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

const INFORMATION_SECONDS = 8;

/** Messages of the page as a whole; what concerns one image is shown on its card. */
export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #lastId = 0;

  /** With an action it stays: nobody should have to hurry. */
  inform(text: string, action?: NoticeAction): void {
    if (this.#shows(text)) return;
    const id = this.#add('information', text, action);
    if (action === undefined) setTimeout(() => this.dismiss(id), INFORMATION_SECONDS * 1_000);
  }

  /** The same problem is shown once. */
  warn(text: string, action?: NoticeAction): void {
    if (!this.#shows(text)) this.#add('problem', text, action);
  }

  dismiss(id: number): void {
    this.#change((list) => list.filter((notice) => notice.id !== id));
  }

  /** For what is no longer so. */
  withdraw(text: string): void {
    this.#change((list) => list.filter((notice) => notice.text !== text));
  }

  #shows(text: string): boolean {
    return untrack(() => this.list.some((notice) => notice.text === text));
  }

  #add(kind: Notice['kind'], text: string, action?: NoticeAction): number {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#change((list) => [...list, { id, kind, text, action }]);
    return id;
  }

  /** An effect that tells something must not run again because of it. */
  #change(next: (list: readonly Notice[]) => readonly Notice[]): void {
    untrack(() => (this.list = next(this.list)));
  }
}
