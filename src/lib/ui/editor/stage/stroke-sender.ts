import type { Stroke } from '#matting/edits/edits.ts';
import type { Seen } from '../../../browser/edits/interface.ts';
import type { OpenItem, ViewOf } from '../../../browser/edits/item-edits.ts';

type Tip = Omit<Stroke, 'points'>;

/** Points nearer to the last one than this share of the radius tell nothing new. */
const SPACING = 0.08;

/**
 * One stroke on its way to the worker: points are sent in portions, as fast as the answers come, and what has changed
 * is shown with each answer.
 */
export class StrokeSender {
  readonly #item: OpenItem;
  readonly #tip: Tip;
  readonly #view: () => ViewOf;
  readonly #onseen: (seen: Seen) => void;
  readonly #points: number[] = [];
  #sent = 0;
  /** Each answer waits for the one before, and the first one for the stroke before. */
  #work: Promise<void>;
  #sending = false;

  /** @param after the end of the stroke before */
  constructor(
    item: OpenItem,
    tip: Tip,
    view: () => ViewOf,
    onseen: (seen: Seen) => void,
    after: Promise<void>,
  ) {
    this.#item = item;
    this.#tip = tip;
    this.#view = view;
    this.#onseen = onseen;
    this.#work = after.then(() => item.beginStroke(tip));
  }

  /** In pixels of the photo. */
  add(x: number, y: number, pressure: number): void {
    const [lastX, lastY] = this.#points.slice(-3);
    const near =
      lastX !== undefined &&
      lastY !== undefined &&
      Math.hypot(x - lastX, y - lastY) < Math.max(0.5, this.#tip.radius * SPACING);
    if (near) return;
    this.#points.push(round(x, 10), round(y, 10), round(pressure, 100));
    if (this.#sending) return;
    this.#sending = true;
    this.#work = this.#work.then(() => this.#send());
  }

  /** @returns the stroke as it is to be kept, once all of it has been drawn */
  async end(): Promise<Stroke> {
    await this.#work;
    await this.#item.endStroke();
    return { ...this.#tip, points: this.#points };
  }

  async #send(): Promise<void> {
    while (this.#sent < this.#points.length) {
      const points = this.#points.slice(this.#sent);
      this.#sent = this.#points.length;
      const seen = await this.#item.extendStroke(points, this.#view());
      if (seen) this.#onseen(seen);
    }
    this.#sending = false;
  }
}

function round(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
