import type { Box, PixelImage } from '../../image.ts';
import type { Stroke } from '../edits.ts';
import { alphaWithin, type Patch, putAlpha, StrokeInProgress, union } from './stroke-in-progress.ts';

/** Bytes of patches that are kept for undoing at once; strokes before those are undone by drawing the rest again. */
const MOST_PATCHES = 64 * 2 ** 20;

/** What takes a stroke off again; `nothing` when it never touched the image. */
type Undo = Patch | 'nothing' | 'forgotten';

/** Draws strokes without a way back: for an export. */
export function applyStrokes(image: PixelImage, strokes: readonly Stroke[]): void {
  for (const stroke of strokes) new StrokeInProgress(image, stroke).extend(stroke.points);
}

/** An image's alpha with strokes on it, which can be taken off again. */
export class Retouch {
  readonly #image: PixelImage;
  readonly #base: Patch;
  #done: { readonly id: string; readonly undo: Undo }[] = [];
  #current: { readonly id: string; readonly stroke: StrokeInProgress } | undefined;

  /** @param image its alpha is what strokes start from, and is changed by them */
  constructor(image: PixelImage) {
    const box = { left: 0, top: 0, width: image.width, height: image.height };
    this.#image = image;
    this.#base = { box, alpha: alphaWithin(image, box) };
  }

  begin(stroke: Omit<Stroke, 'points'>): void {
    this.end();
    this.#current = { id: stroke.id, stroke: new StrokeInProgress(this.#image, stroke) };
  }

  extend(points: readonly number[]): Box | undefined {
    return this.#current?.stroke.extend(points);
  }

  end(): void {
    if (this.#current === undefined) return;
    const { id, stroke } = this.#current;
    this.#current = undefined;
    this.#done.push({ id, undo: stroke.patch() ?? 'nothing' });
    this.#forgetOldest();
  }

  /** Brings the alpha to where exactly these strokes are drawn. @returns what has changed */
  bring(strokes: readonly Stroke[]): Box | undefined {
    this.end();
    let common = 0;
    while (common < strokes.length && this.#done[common]?.id === strokes[common].id) common += 1;
    let changed = this.#takeOff(common);
    for (const stroke of strokes.slice(this.#done.length)) {
      this.begin(stroke);
      const box = this.extend(stroke.points);
      this.end();
      changed = changed && box ? union(changed, box) : (changed ?? box);
    }
    return changed;
  }

  /** Takes off all strokes after the first `count`, or all when the way back was forgotten. */
  #takeOff(count: number): Box | undefined {
    let changed: Box | undefined;
    while (this.#done.length > count) {
      const { undo } = this.#done[this.#done.length - 1];
      if (undo === 'forgotten') return this.#startAnew();
      this.#done.pop();
      if (undo === 'nothing') continue;
      putAlpha(this.#image, undo);
      changed = changed ? union(changed, undo.box) : undo.box;
    }
    return changed;
  }

  #startAnew(): Box {
    putAlpha(this.#image, this.#base);
    this.#done = [];
    return this.#base.box;
  }

  #forgetOldest(): void {
    let bytes = 0;
    for (let i = this.#done.length - 1; i >= 0; i--) {
      const { id, undo } = this.#done[i];
      if (typeof undo === 'string') continue;
      bytes += undo.alpha.length;
      if (bytes > MOST_PATCHES) this.#done[i] = { id, undo: 'forgotten' };
    }
  }
}
