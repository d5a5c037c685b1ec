import type { Mask, PixelImage } from '#matting/image.ts';
import type { Scores } from './metrics/index.ts';

/** One image to be measured: a drawn scene by its place in the set, or a user's own pair of files. */
export type Case =
  | { readonly kind: 'scene'; readonly index: number; readonly heldOut?: boolean }
  | { readonly kind: 'files'; readonly name: string; readonly image: string; readonly mask: string };

export interface Truth {
  readonly name: string;
  readonly tag: string;
  readonly image: PixelImage;
  readonly alpha: Mask;
  /** Exact colours of the subject, where they are known. */
  readonly colours: PixelImage | undefined;
}

export interface MethodResult {
  readonly method: string;
  readonly scores: Scores;
  readonly milliseconds: number;
  /** The cutout on a strong colour, a small JPEG as a data URL. */
  readonly picture: string;
}

export interface CaseResult {
  readonly name: string;
  readonly tag: string;
  readonly megapixels: number;
  /** Small JPEGs as data URLs: the input, and the exact cutout on a strong colour. */
  readonly input: string;
  readonly exact: string;
  readonly results: readonly MethodResult[];
}
