/** What the judge learns from: cells whose colours would take something away, and what is true there. */
import type { Mask, PixelImage } from '#matting/image.ts';
import { cleanAlpha } from '#matting/refine/colour-model.ts';
import { placeOf } from '#matting/refine/dense-layers.ts';
import { FEATURES } from '#matting/refine/description.ts';
import type { Grid } from '#matting/refine/grid.ts';
import { survey } from '#matting/refine/survey.ts';
import { lanczosGrey } from '#matting/resample.ts';
import type { Random } from '../draw/random.ts';
import { meanAbsoluteError } from '../metrics/alpha.ts';

/** Numbers a sample: the features, then the mask's alpha, the model's and the true one. */
export const SAMPLE = FEATURES + 3;
/** Share of the cells that is kept: neighbours tell the same. */
const KEPT = 0.2;

export function samplesOf(image: PixelImage, mask: Mask, truth: Mask, random: Random): number[] {
  const found = survey(image, mask);
  if (found === undefined) return [];
  const { grid, model, described } = found;
  const { cells, numbers } = described;
  const samples: number[] = [];
  for (const [n, cell] of cells.entries()) {
    if (model.distance.data[cell] === 0 || random.next() > KEPT) continue;
    const alpha = cleanAlpha(grid, model, cell);
    if (alpha >= grid.prior.data[cell]) continue;
    for (let i = 0; i < FEATURES; i++) samples.push(numbers[placeOf(n, i, FEATURES)]);
    samples.push(grid.prior.data[cell], alpha, truth.data[middlePixel(cell, grid, truth)] / 255);
  }
  return samples;
}

/** The very pixel that `Grid.point` shows: a cell's mean of the truth would blame the model for its neighbours. */
export function middlePixel(cell: number, { width, height }: Grid, mask: Mask): number {
  const x = cell % width;
  const column = Math.floor(((x + 0.5) * mask.width) / width);
  const row = Math.floor((((cell - x) / width + 0.5) * mask.height) / height);
  return row * mask.width + column;
}

/** Scenes in which the network finds less than half of the subject teach nothing about edges. */
export function isLost(mask: Mask, truth: Mask): boolean {
  const area = truth.data.reduce((sum, value) => sum + value, 0) / (255 * truth.data.length);
  return meanAbsoluteError(mask, truth) > area / 2;
}

/** The mask of a network that sees more than u2netp. */
export function sharpMask(truth: Mask): Mask {
  const scale = 512 / Math.max(truth.width, truth.height);
  const small = lanczosGrey(truth, Math.round(truth.width * scale), Math.round(truth.height * scale));
  return lanczosGrey(small, truth.width, truth.height);
}
