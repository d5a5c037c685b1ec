import type { PixelImage } from '#matting/image.ts';
import { methodOf, run } from '../eval/methods.ts';
import type { Seen } from '../eval/network.ts';

export interface RefinementCase {
  readonly image: PixelImage;
  readonly seen: Seen;
  readonly runs: number;
}

/** Milliseconds that `fast` takes, the least of the runs. One before them is not measured: code compiles. */
export function timeOfRefinement({ image, seen, runs }: RefinementCase): number {
  const fast = methodOf('fast');
  const times = Array.from({ length: runs + 1 }, () => run(fast, image, seen).milliseconds);
  return Math.min(...times.slice(1));
}
