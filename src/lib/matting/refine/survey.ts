/** All that is found out about a photo and its mask before anything decides. */
import type { Mask, PixelImage } from '../image.ts';
import { type Band, findBand, UNCERTAIN } from './band.ts';
import { type ColourModel, fitColours } from './colour-model.ts';
import { describeCells, type Description } from './description.ts';
import { colourEvidence } from './evidence.ts';
import { type Grid, makeGrid } from './grid.ts';
import { mistakesOf, settingOf } from './setting.ts';
import { type Trust, trustOf } from './trust.ts';

export interface Survey {
  readonly grid: Grid;
  readonly band: Band;
  readonly model: ColourModel;
  readonly described: Description;
  /** How far rules and a judge of colours alone would trust the colours. */
  readonly judged: Trust;
}

/** `undefined` when the mask is certain everywhere. */
export function survey(image: PixelImage, mask: Mask): Survey | undefined {
  const grid = makeGrid(image, mask);
  const band = findBand(grid.prior);
  if (!band.state.includes(UNCERTAIN)) return undefined;
  const model = fitColours(grid, band.subject, band.background);
  const setting = settingOf(grid, band);
  const evidence = colourEvidence(grid, band, setting.kept.data);
  const mistakes = mistakesOf(setting, model);
  const described = describeCells(setting, model, mistakes, evidence);
  return { grid, band, model, described, judged: trustOf(setting, model, mistakes, described) };
}
