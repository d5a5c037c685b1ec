export interface Notice {
  readonly id: number;
  /** A problem stays until it is dismissed; the rest goes by itself. */
  readonly kind: 'information' | 'problem';
  readonly text: string;
}

const INFORMATION_SECONDS = 8;

/** Messages of the page as a whole; what concerns one image is shown on its card. */
export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #lastId = 0;

  inform(text: string): void {
    const id = this.#add('information', text);
    setTimeout(() => this.dismiss(id), INFORMATION_SECONDS * 1_000);
  }

  /** The same problem is shown once. */
  warn(text: string): void {
    if (!this.list.some((notice) => notice.text === text)) this.#add('problem', text);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(kind: Notice['kind'], text: string): number {
    this.#lastId += 1;
    this.list = [...this.list, { id: this.#lastId, kind, text }];
    return this.#lastId;
  }
}
