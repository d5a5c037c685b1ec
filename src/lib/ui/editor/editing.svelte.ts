import { type Edits, NO_EDITS, readEdits, type Stroke } from '#matting/edits/edits.ts';
import type { ItemEdits, ItemRef, NotEditable, OpenItem } from '../../browser/edits/item-edits.ts';
import { sentenceOf } from '../state/words.ts';
import { type History, redone, startHistory, step, undone } from './history.ts';

/** Milliseconds without a change after which it is kept. */
const SAVE_AFTER = 400;

export type Opening =
  | { readonly state: 'opening' }
  | { readonly state: 'open'; readonly item: OpenItem }
  | { readonly state: 'fixed'; readonly why: NotEditable }
  | { readonly state: 'failed'; readonly message: string };

/** What happened in the editor, and how to take it back. */
export interface Said {
  readonly kind: 'information' | 'problem';
  readonly text: string;
  readonly undo?: () => Promise<void>;
}

/** One image in the editor: its edits, what was done and undone, and the worker that renders it. */
export class Editing {
  opening = $state.raw<Opening>({ state: 'opening' });
  #history = $state.raw<History<Edits>>(startHistory(NO_EDITS));
  readonly edits = $derived(this.#history.present);
  readonly canUndo = $derived(this.#history.past.length > 0);
  readonly canRedo = $derived(this.#history.future.length > 0);

  readonly #ref: ItemRef;
  readonly #all: ItemEdits;
  readonly #onproblem: (cause: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is kept now, as far as this tab knows. */
  #saved = textOf(NO_EDITS);
  #stop: () => void = () => undefined;
  #closed = false;

  constructor(all: ItemEdits, ref: ItemRef, onproblem: (cause: unknown) => void) {
    this.#all = all;
    this.#ref = ref;
    this.#onproblem = onproblem;
  }

  async open(): Promise<void> {
    try {
      await this.#load();
      const why = await this.#all.obstacle(this.#ref);
      if (this.#closed) return;
      if (why !== undefined) {
        this.opening = { state: 'fixed', why };
        return;
      }
      const item = await this.#all.open(this.#ref);
      if (this.#closed) return await item.close();
      this.opening = { state: 'open', item };
      this.#stop = this.#all.observe(() => void this.#load());
    } catch (cause) {
      this.opening = { state: 'failed', message: sentenceOf(cause) };
    }
  }

  /** @param gesture steps that follow each other with the same one are undone together */
  change(change: Partial<Edits>, gesture?: string): void {
    this.#take(step(this.#history, { ...this.edits, ...change }, gesture));
  }

  addStroke(stroke: Stroke): void {
    this.change({ strokes: [...this.edits.strokes, stroke] });
  }

  undo(): void {
    this.#take(undone(this.#history));
  }

  redo(): void {
    this.#take(redone(this.#history));
  }

  /** Can be undone, too. */
  reset(): void {
    this.change(NO_EDITS);
  }

  /** Keeps what has not been kept yet, at once. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { edits } = this;
    const text = textOf(edits);
    if (text === this.#saved) return;
    this.#saved = text;
    try {
      await this.#all.save(this.#ref, edits);
    } catch (cause) {
      this.#onproblem(cause);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.flush();
    if (this.opening.state === 'open') await this.opening.item.close();
  }

  #take(history: History<Edits>): void {
    this.#history = history;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), SAVE_AFTER);
  }

  /** Another tab may have changed the edits; while something of ours waits to be kept, ours counts. */
  async #load(): Promise<void> {
    const stored = (await this.#all.get(this.#ref)) ?? NO_EDITS;
    if (this.#closed || this.#timer !== undefined) return;
    const text = textOf(stored);
    if (text === this.#saved) return;
    this.#saved = text;
    this.#history = startHistory(stored);
  }
}

/** Equal for equal edits, in whichever order their fields were written. */
function textOf(edits: Edits): string {
  return JSON.stringify(readEdits(edits));
}
