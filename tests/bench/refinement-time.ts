import type { Mask, PixelImage } from '#matting/image.ts';
import { refine } from '#matting/refine/refine.ts';
import { inOneGo } from '#matting/steps.ts';

export interface RefinementCase {
  readonly image: PixelImage;
  readonly mask: Mask;
  readonly runs: number;
}

/** Milliseconds that `fast` takes, the least of the runs. One before them is not measured: code compiles. */
export function timeOfRefinement({ image, mask, runs }: RefinementCase): number {
  let least = Infinity;
  for (let run = 0; run <= runs; run += 1) {
    const colours = { ...image, data: image.data.slice() };
    const alpha = { ...mask, data: mask.data.slice() };
    const began = performance.now();
    inOneGo(refine(colours, alpha, 'fast'));
    if (run > 0) least = Math.min(least, performance.now() - began);
  }
  return least;
}
