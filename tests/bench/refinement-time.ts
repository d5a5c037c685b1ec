import type { Mask, PixelImage } from '#matting/image.ts';
import { METHODS, run } from '../eval/methods.ts';

export interface RefinementCase {
  readonly image: PixelImage;
  /** As small as the network puts it out. */
  readonly coarse: Mask;
  readonly runs: number;
}

/** Milliseconds that `fast` takes, the least of the runs. One before them is not measured: code compiles. */
export function timeOfRefinement({ image, coarse, runs }: RefinementCase): number {
  const fast = METHODS.find(({ id }) => id === 'fast');
  if (fast === undefined) throw new Error('There is no method "fast".');
  const times = Array.from({ length: runs + 1 }, () => run(fast, image, coarse).milliseconds);
  return Math.min(...times.slice(1));
}
