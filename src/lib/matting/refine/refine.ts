/** Refinement as the pipeline calls it: between the enlarged mask and composing. */
import type { Features } from '../features/features.ts';
import type { Mask, PixelImage } from '../image.ts';
import type { Steps } from '../steps.ts';
import { CLOSED_FORM_DEFAULTS, closedFormEdges } from './closed-form.ts';
import { refineEdges } from './edge.ts';
import { estimateForeground } from './foreground.ts';
import type { TrimapOptions } from './trimap.ts';

/**
 * `none` leaves the mask and the photo's colours as they are, as rembg does. `fast` finds the edge by local colour models
 * and by what the network knows beside its mask, where it gives that, and takes the old background out of the colours.
 * `closed-form` solves the matting Laplacian on top of that, at about thirty times the cost.
 */
export const REFINEMENTS = ['none', 'fast', 'closed-form'] as const;
export type Refinement = (typeof REFINEMENTS)[number];

export interface RefineOptions {
  /** For `closed-form`. */
  readonly trimap?: Partial<TrimapOptions> | undefined;
  /** Of the network that made the mask, if it gives any. */
  readonly features?: Features | undefined;
}

/**
 * Refines `mask`, which has the image's size, and the image's colours, both in place. The image's own alpha is not
 * looked at.
 */
export function* refine(
  image: PixelImage,
  mask: Mask,
  refinement: Refinement,
  { trimap = {}, features }: RefineOptions = {},
): Steps {
  switch (refinement) {
    case 'none':
      return;
    case 'fast':
      refineEdges(image, mask, features);
      yield;
      estimateForeground(image, mask);
      return;
    case 'closed-form':
      refineEdges(image, mask, features);
      yield;
      yield* closedFormEdges(image, mask, { ...CLOSED_FORM_DEFAULTS, ...trimap });
      estimateForeground(image, mask);
      return;
    default:
      refinement satisfies never;
  }
}
