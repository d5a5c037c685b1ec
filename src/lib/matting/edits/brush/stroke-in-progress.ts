import type { Box, PixelImage } from '../../image.ts';
import type { Stroke } from '../edits.ts';
import { effectOf, reachOf, type Segment } from './segment.ts';

/** The alpha of a box as it was: putting it back undoes what was done to the box. */
export interface Patch {
  readonly box: Box;
  readonly alpha: Uint8Array;
}

/** Pixels that a box grows by at least, so that it does not grow with every point. */
const GROWTH = 128;

/**
 * A stroke on an image's alpha, point by point. Where a stroke crosses itself, it is as strong as in its strongest
 * place; so the result depends on the points alone, and not on how they were portioned out.
 */
export class StrokeInProgress {
  readonly #image: PixelImage;
  readonly #stroke: Omit<Stroke, 'points'>;
  #last: { x: number; y: number; radius: number } | undefined;
  #box: Box | undefined;
  #before = new Uint8Array(0);
  #effect = new Uint8Array(0);

  constructor(image: PixelImage, stroke: Omit<Stroke, 'points'>) {
    this.#image = image;
    this.#stroke = stroke;
  }

  /** @param points x, y and pressure, one after the other; @returns what has changed */
  extend(points: readonly number[]): Box | undefined {
    let changed: Box | undefined;
    for (let i = 0; i + 2 < points.length; i += 3) {
      const to = { x: points[i], y: points[i + 1], radius: this.#stroke.radius * points[i + 2] };
      const from = this.#last ?? to;
      this.#last = to;
      const box = this.#paint({
        fromX: from.x,
        fromY: from.y,
        fromRadius: from.radius,
        toX: to.x,
        toY: to.y,
        toRadius: to.radius,
      });
      changed = changed && box ? union(changed, box) : (changed ?? box);
    }
    return changed;
  }

  /** What undoes it; undefined when it never touched the image. */
  patch(): Patch | undefined {
    return this.#box && { box: this.#box, alpha: this.#before };
  }

  #paint(segment: Segment): Box | undefined {
    const box = reachOf(this.#image, segment);
    if (box === undefined) return undefined;
    const effect = effectOf(this.#image, segment, box, this.#stroke);
    const outer = this.#grow(box);
    const { data, width } = this.#image;
    const keeps = this.#stroke.mode === 'keep';
    for (let y = 0, i = 0; y < box.height; y++) {
      let kept = (box.top + y - outer.top) * outer.width + box.left - outer.left;
      let at = ((box.top + y) * width + box.left) * 4 + 3;
      for (let x = 0; x < box.width; x++, i++, kept++, at += 4) {
        if (effect[i] <= this.#effect[kept]) continue;
        this.#effect[kept] = effect[i];
        const before = this.#before[kept];
        const goal = keeps ? 255 : 0;
        data[at] = before + ((goal - before) * effect[i]) / 255;
      }
    }
    return box;
  }

  /** Makes room for `box`: remembers the alpha of what is new. */
  #grow(box: Box): Box {
    const old = this.#box;
    if (old && contains(old, box)) return old;
    const grown = roomy(old ? union(old, box) : box, this.#image);
    const before = alphaWithin(this.#image, grown);
    const effect = new Uint8Array(before.length);
    for (let y = 0; old && y < old.height; y++) {
      const from = y * old.width;
      const to = (old.top + y - grown.top) * grown.width + old.left - grown.left;
      before.set(this.#before.subarray(from, from + old.width), to);
      effect.set(this.#effect.subarray(from, from + old.width), to);
    }
    this.#before = before;
    this.#effect = effect;
    this.#box = grown;
    return grown;
  }
}

export function alphaWithin({ width, data }: PixelImage, box: Box): Uint8Array<ArrayBuffer> {
  const alpha = new Uint8Array(box.width * box.height);
  for (let y = 0, to = 0; y < box.height; y++) {
    let at = ((box.top + y) * width + box.left) * 4 + 3;
    for (let x = 0; x < box.width; x++, to++, at += 4) alpha[to] = data[at];
  }
  return alpha;
}

export function putAlpha({ width, data }: PixelImage, { box, alpha }: Patch): void {
  for (let y = 0, from = 0; y < box.height; y++) {
    let at = ((box.top + y) * width + box.left) * 4 + 3;
    for (let x = 0; x < box.width; x++, from++, at += 4) data[at] = alpha[from];
  }
}

export function union(a: Box, b: Box): Box {
  const left = Math.min(a.left, b.left);
  const top = Math.min(a.top, b.top);
  return {
    left,
    top,
    width: Math.max(a.left + a.width, b.left + b.width) - left,
    height: Math.max(a.top + a.height, b.top + b.height) - top,
  };
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.left >= outer.left &&
    inner.top >= outer.top &&
    inner.left + inner.width <= outer.left + outer.width &&
    inner.top + inner.height <= outer.top + outer.height
  );
}

function roomy({ left, top, width, height }: Box, image: PixelImage): Box {
  const x = Math.max(0, left - GROWTH);
  const y = Math.max(0, top - GROWTH);
  return {
    left: x,
    top: y,
    width: Math.min(image.width, left + width + GROWTH) - x,
    height: Math.min(image.height, top + height + GROWTH) - y,
  };
}
