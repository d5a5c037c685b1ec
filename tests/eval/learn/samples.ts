/** What the judge learns from: cells whose colours would take something away, and what is true there. */
import type { Mask, PixelImage } from '#matting/image.ts';
import { findBand } from '#matting/refine/band.ts';
import { cleanAlpha, fitColours } from '#matting/refine/colour-model.ts';

import { colourEvidence } from '#matting/refine/evidence.ts';
import { makeGrid } from '#matting/refine/grid.ts';
import { describeCells, FEATURES, placeOf } from '#matting/refine/description.ts';
import { mistakesOf, settingOf } from '#matting/refine/setting.ts';
import { lanczosGrey } from '#matting/resample.ts';
import type { Random } from '../draw/random.ts';

/** Numbers a sample: the features, then the mask's alpha, the model's and the true one. */
export const SAMPLE = FEATURES + 3;
/** Share of the cells that is kept: neighbours tell the same. */
const KEPT = 0.2;

export function samplesOf(image: PixelImage, mask: Mask, truth: Mask, random: Random): number[] {
  const grid = makeGrid(image, mask);
  const band = findBand(grid.prior);
  const model = fitColours(grid, band.subject, band.background);
  const setting = settingOf(grid, band);
  const evidence = colourEvidence(grid, band, setting.kept.data);
  const { cells, numbers } = describeCells(setting, model, mistakesOf(setting, model), evidence);
  const samples: number[] = [];
  for (const [n, cell] of cells.entries()) {
    if (model.distance.data[cell] === 0 || random.next() > KEPT) continue;
    const alpha = cleanAlpha(grid, model, cell);
    if (alpha >= grid.prior.data[cell]) continue;
    for (let i = 0; i < FEATURES; i++) samples.push(numbers[placeOf(n, i, FEATURES)]);
    samples.push(grid.prior.data[cell], alpha, middleOf(truth, cell, grid) / 255);
  }
  return samples;
}

/** The truth at the very pixel that `Grid.point` shows: a cell's mean would blame the model for its neighbours. */
function middleOf(truth: Mask, cell: number, { width, height }: { width: number; height: number }): number {
  const x = cell % width;
  const column = Math.floor(((x + 0.5) * truth.width) / width);
  const row = Math.floor((((cell - x) / width + 0.5) * truth.height) / height);
  return truth.data[row * truth.width + column];
}

/** The mask of a network that sees more than u2netp. */
export function sharpMask(truth: Mask): Mask {
  const scale = 512 / Math.max(truth.width, truth.height);
  const small = lanczosGrey(truth, Math.round(truth.width * scale), Math.round(truth.height * scale));
  return lanczosGrey(small, truth.width, truth.height);
}
