import type { Mask, PixelImage } from '#matting/image.ts';
import { gradientError, meanAbsoluteError, meanSquaredError, sumOfAbsoluteDifferences } from './alpha.ts';
import { boundaryF } from './boundary.ts';
import { compositingError } from './composite.ts';
import { maxFMeasure, structureMeasure } from './regions.ts';

export interface Scores {
  readonly mae: number;
  readonly mse: number;
  /** Thousands of pixels. */
  readonly sad: number;
  /** Thousands. */
  readonly gradient: number;
  readonly maxF: number;
  readonly structure: number;
  /** Tolerance of 0.2 % of the diagonal: 2 to 4 pixels. */
  readonly boundary: number;
  /** Tolerance of 0.8 % of the diagonal, as in DAVIS. */
  readonly boundaryDavis: number;
  /** Undefined where the exact colours are not known. */
  readonly composite: number | undefined;
}

export interface Matted {
  readonly alpha: Mask;
  readonly colours: PixelImage;
}

const TIGHT = 0.002;
const DAVIS = 0.008;

export function score(
  found: Matted,
  truth: { readonly alpha: Mask; readonly colours?: PixelImage | undefined },
): Scores {
  const { alpha, colours } = truth;
  const diagonal = Math.hypot(alpha.width, alpha.height);
  return {
    mae: meanAbsoluteError(found.alpha, alpha),
    mse: meanSquaredError(found.alpha, alpha),
    sad: sumOfAbsoluteDifferences(found.alpha, alpha) / 1000,
    gradient: gradientError(found.alpha, alpha) / 1000,
    maxF: maxFMeasure(found.alpha, alpha),
    structure: structureMeasure(found.alpha, alpha),
    boundary: boundaryF(found.alpha, alpha, TIGHT * diagonal),
    boundaryDavis: boundaryF(found.alpha, alpha, DAVIS * diagonal),
    composite: colours && compositingError(found, { alpha, colours }),
  };
}
