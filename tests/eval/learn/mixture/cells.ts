/** A lesson as the mixture learns from it: cells of the band, as half-precision numbers one after the other. */
import * as ort from 'onnxruntime-node';
import { LEARNED } from '#matting/features/learned.ts';
import { readModel } from '#matting/graph/onnx.ts';
import type { Mask, PixelImage } from '#matting/image.ts';
import { maskFromOutput } from '#matting/mask.ts';
import { preprocess } from '#matting/preprocess.ts';
import { removeSpecks } from '#matting/refine/artefacts.ts';
import { findBand } from '#matting/refine/band.ts';
import { cleanAlpha, fitColours } from '#matting/refine/colour-model.ts';
import { describeCells, FEATURES, placeOf } from '#matting/refine/description.ts';
import { colourEvidence } from '#matting/refine/evidence.ts';
import { type Grid, makeGrid } from '#matting/refine/grid.ts';
import { clamp } from '#matting/refine/plane.ts';
import { mistakesOf, settingOf } from '#matting/refine/setting.ts';
import { trustOf } from '#matting/refine/trust.ts';
import { lanczosGrey } from '#matting/resample.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { readWeights } from '../../../../server/matting/weights.ts';
import { meanAbsoluteError } from '../../metrics/alpha.ts';
import type { Lesson } from '../scenes.ts';

/** Share of the cells that is kept: neighbours tell the same. */
const KEPT = 0.16;
/** Channels of each tensor that the mask's sides are made of. */
const CHANNELS = 64;
/** From the finest to the coarsest. */
const TAPS = LEARNED.taps.map(({ tensor }) => tensor).toReversed();
/** Red, green, blue, mask, what colours say, their distance, what rules and judge make of it, truth. */
const MORE = 8;
export const RECORD = FEATURES + MORE + TAPS.length * CHANNELS;

export type Study = (lesson: Lesson) => Promise<Float16Array>;

/** The default model with the tensors that features are taken from as outputs beside its mask. */
export async function openStudy(): Promise<Study> {
  const model = readModel(await readWeights(DEFAULT_MODEL));
  model.graph.outputs = [model.graph.outputs[DEFAULT_MODEL.outputIndex], ...TAPS];
  const session = await ort.InferenceSession.create(model.write(), { intraOpNumThreads: 1 });
  return async (lesson) => {
    const { data, dims } = preprocess(lesson.image, DEFAULT_MODEL);
    const outputs = await session.run({
      [session.inputNames[0]]: new ort.Tensor('float32', data, [...dims]),
    });
    const [mask, ...taps] = session.outputNames.map((name) => outputs[name]);
    return study(lesson, maskFromOutput(numbersOf(mask), DEFAULT_MODEL), taps.map(numbersOf));
  };
}

interface Numbers {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

function numbersOf({ data, dims }: ort.Tensor): Numbers {
  if (!(data instanceof Float32Array)) throw new TypeError('The network answers with other numbers.');
  return { data, dims };
}

/** Nothing of scenes in which the network finds less than half of the subject: they teach nothing about edges. */
function study({ image, truth, random }: Lesson, coarse: Mask, taps: readonly Numbers[]): Float16Array {
  removeSpecks(coarse);
  const mask = lanczosGrey(coarse, image.width, image.height);
  const area = truth.data.reduce((sum, value) => sum + value, 0) / (255 * truth.data.length);
  if (meanAbsoluteError(mask, truth) > area / 2) return new Float16Array();
  const { grid, cells, write } = recorder(image, mask, truth);
  const kept = [...cells.keys()].filter(() => random.next() <= KEPT);
  const records = new Float16Array(kept.length * RECORD);
  for (const [record, n] of kept.entries()) {
    write(n, records.subarray(record * RECORD));
    for (const [level, tap] of taps.entries()) {
      sample(tap, grid, cells[n], records, record * RECORD + FEATURES + MORE + level * CHANNELS);
    }
  }
  return records;
}

function recorder(image: PixelImage, mask: Mask, truth: Mask) {
  const grid = makeGrid(image, mask);
  const band = findBand(grid.prior);
  const model = fitColours(grid, band.subject, band.background);
  const setting = settingOf(grid, band);
  const evidence = colourEvidence(grid, band, setting.kept.data);
  const mistakes = mistakesOf(setting, model);
  const described = describeCells(setting, model, mistakes, evidence);
  const { add, remove } = trustOf(setting, model, mistakes, described);
  const write = (n: number, to: Float16Array) => {
    const cell = described.cells[n];
    for (let i = 0; i < FEATURES; i++) to[i] = described.numbers[placeOf(n, i, FEATURES)];
    const pixel = middleOf(cell, grid, truth);
    const prior = mask.data[pixel] / 255;
    const distance = model.distance.data[cell];
    const found = distance === 0 ? prior : cleanAlpha(grid, model, cell);
    const judged = prior + (found - prior) * (found > prior ? add : remove).data[cell];
    const colours = grid.moments.slice(0, 3).map(({ data }) => data[cell]);
    to.set([...colours, prior, found, distance, judged, truth.data[pixel] / 255], FEATURES);
  };
  return { grid, cells: described.cells, write };
}

/** The very pixel that `Grid.point` shows: a cell's mean would blame the model for its neighbours. */
function middleOf(cell: number, { width, height }: Grid, mask: Mask): number {
  const x = cell % width;
  const column = Math.floor(((x + 0.5) * mask.width) / width);
  return Math.floor((((cell - x) / width + 0.5) * mask.height) / height) * mask.width + column;
}

function sample({ data, dims }: Numbers, grid: Grid, cell: number, to: Float16Array, at: number): void {
  const [height = 0, width = 0] = dims.slice(-2);
  const column = cell % grid.width;
  const x = clamp(((column + 0.5) / grid.width) * width - 0.5, 0, width - 1.001);
  const y = clamp((((cell - column) / grid.width + 0.5) / grid.height) * height - 0.5, 0, height - 1.001);
  const [left, top] = [Math.floor(x), Math.floor(y)];
  for (let channel = 0; channel < CHANNELS; channel++) {
    const from = (channel * height + top) * width + left;
    const across = (first: number) => data[first] + (data[first + 1] - data[first]) * (x - left);
    to[at + channel] = across(from) + (across(from + width) - across(from)) * (y - top);
  }
}
