import type { Stroke } from '#matting/edits/edits.ts';

export type BrushMode = Stroke['mode'];

/** The brush in the hand: kept from picture to picture. The size is in CSS pixels, so that it fits the hand at any zoom. */
export class Brush {
  mode = $state<BrushMode>('erase');
  /** Diameter on the screen. */
  size = $state(48);
  hardness = $state(0.8);
  snap = $state(0.5);
  /** What was removed shows through. */
  ghost = $state(true);

  resize(factor: number): void {
    this.size = Math.min(Math.max(Math.round(this.size * factor), LEAST_SIZE), MOST_SIZE);
  }
}

export const LEAST_SIZE = 4;
export const MOST_SIZE = 300;
