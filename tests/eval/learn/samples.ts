/** What the judge learns from: cells whose colours would take something away, and what is true there. */
import type { Mask, PixelImage } from '#matting/image.ts';
import { findBand, UNCERTAIN } from '#matting/refine/band.ts';
import { fitColours, pointAlpha } from '#matting/refine/colour-model.ts';
import { noiseCut } from '#matting/refine/edge.ts';
import { colourEvidence } from '#matting/refine/evidence.ts';
import { makeGrid } from '#matting/refine/grid.ts';
import { clamp } from '#matting/refine/plane.ts';
import { describer, FEATURES } from '#matting/refine/removal.ts';
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
  const describe = describer(setting, model, mistakesOf(setting, model), evidence);
  const row = new Float32Array(FEATURES);
  const samples: number[] = [];
  for (let cell = 0; cell < band.state.length; cell++) {
    const distance = model.distance.data[cell];
    if (band.state[cell] !== UNCERTAIN || distance === 0 || random.next() > KEPT) continue;
    const cut = noiseCut(distance);
    const alpha = clamp((pointAlpha(grid, model, cell) - cut) / (1 - 2 * cut));
    if (alpha >= grid.prior.data[cell]) continue;
    describe(cell, row);
    samples.push(...row, grid.prior.data[cell], alpha, middleOf(truth, cell, grid) / 255);
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
