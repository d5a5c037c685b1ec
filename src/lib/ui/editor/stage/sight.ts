import type { Edits } from '#matting/edits/edits.ts';
import type { Box } from '#matting/image.ts';
import type { Seen } from '../../../browser/edits/interface.ts';
import type { ViewOf } from '../../../browser/edits/item-edits.ts';
import type { Camera, Size } from './camera.ts';
import { Layer } from './layer.ts';

/** Pixels of the view of the whole picture: what a stage of ordinary size shows. */
const MOST_PIXELS = 2.2e6;

/** What is on the stage, and how closely: device pixels a pixel of the picture. */
export interface Focus {
  readonly part: Box | undefined;
  readonly density: number;
}

export type Wanted = Pick<ViewOf, 'sight' | 'ghost'> & { readonly edits: Edits };

/**
 * One way to look at the picture, such as its result or the photo: a view of all of it, and over that a finer one of
 * the part that is on the stage. New views are asked for one at a time, always the newest wish, so that a slider that
 * moves faster than pictures are rendered skips what nobody would see.
 */
export class SightOnStage {
  readonly #look: (of: ViewOf) => Promise<Seen>;
  readonly #onchange: (canvas: Size | undefined) => void;
  readonly #onfailure: (cause: unknown) => void;
  #whole: Layer | undefined;
  #detail: Layer | undefined;
  #wanted: Wanted | undefined;
  #focus: Focus = { part: undefined, density: 1 };
  /** What is to be rendered, most urgent first. */
  #due: { whole: boolean; detail: boolean } = { whole: false, detail: false };
  #busy = false;
  #closed = false;

  constructor(
    look: (of: ViewOf) => Promise<Seen>,
    onchange: (canvas: Size | undefined) => void,
    onfailure: (cause: unknown) => void,
  ) {
    this.#look = look;
    this.#onchange = onchange;
    this.#onfailure = onfailure;
  }

  get ready(): boolean {
    return this.#whole !== undefined;
  }

  /** The scale that patches have to have. */
  get scale(): number {
    return (this.#detail ?? this.#whole)?.scale ?? 1;
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#due = { whole: true, detail: true };
    void this.#work();
  }

  /** The camera has moved. */
  focus(focus: Focus): void {
    this.#focus = focus;
    this.#due.detail = true;
    void this.#work();
  }

  patch(seen: Seen): void {
    (this.#detail ?? this.#whole)?.patch(seen);
    this.#onchange(undefined);
  }

  draw(context: CanvasRenderingContext2D, camera: Camera, pixelRatio: number): void {
    const crisp = camera.zoom * pixelRatio >= 2;
    this.#whole?.draw(context, camera, crisp);
    this.#detail?.draw(context, camera, crisp);
  }

  close(): void {
    this.#closed = true;
    this.#whole?.free();
    this.#detail?.free();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (!this.#closed && this.#wanted && (this.#due.whole || this.#due.detail)) {
        if (this.#due.whole) await this.#renderWhole(this.#wanted);
        else await this.#renderDetail(this.#wanted);
      }
    } catch (cause) {
      if (!this.#closed) this.#onfailure(cause);
    } finally {
      this.#busy = false;
    }
  }

  async #renderWhole(wanted: Wanted): Promise<void> {
    this.#due.whole = false;
    const seen = await this.#look({ ...wanted, scale: 1, mostPixels: MOST_PIXELS });
    if (this.#closed) return seen.bitmap.close();
    this.#whole?.free();
    this.#whole = new Layer(seen);
    // What is finer but older would hide what is new.
    this.#dropDetail();
    this.#due.detail = true;
    this.#onchange(seen.canvas);
  }

  async #renderDetail(wanted: Wanted): Promise<void> {
    this.#due.detail = false;
    const { part, density } = this.#focus;
    const finer = part !== undefined && Math.min(density, 1) > (this.#whole?.scale ?? 1);
    if (!finer) {
      if (this.#detail) {
        this.#dropDetail();
        // Patches went to what is gone now.
        this.#due.whole = true;
      }
      return;
    }
    const seen = await this.#look({ ...wanted, scale: Math.min(density, 1), part });
    if (this.#closed || this.#due.whole) return seen.bitmap.close();
    this.#dropDetail();
    this.#detail = new Layer(seen);
    this.#onchange(undefined);
  }

  #dropDetail(): void {
    this.#detail?.free();
    this.#detail = undefined;
  }
}
