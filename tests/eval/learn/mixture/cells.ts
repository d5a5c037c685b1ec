/** A lesson as the mixture learns from it: cells of the band, as half-precision numbers one after the other. */
import * as ort from 'onnxruntime-node';
import { LEARNED } from '#matting/features/learned.ts';
import { readModel } from '#matting/graph/onnx.ts';
import type { Mask } from '#matting/image.ts';
import { maskFromOutput } from '#matting/mask.ts';
import { preprocess } from '#matting/preprocess.ts';
import { removeSpecks } from '#matting/refine/artefacts.ts';
import { cleanAlpha } from '#matting/refine/colour-model.ts';
import { placeOf } from '#matting/refine/dense-layers.ts';
import { FEATURES } from '#matting/refine/description.ts';
import type { Grid } from '#matting/refine/grid.ts';
import { placesOf } from '#matting/refine/mixture.ts';
import { type Survey, survey } from '#matting/refine/survey.ts';
import { lanczosGrey } from '#matting/resample.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { readWeights } from '../../../../server/matting/weights.ts';
import { isLost, middlePixel } from '../samples.ts';
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

function study({ image, truth, random }: Lesson, coarse: Mask, taps: readonly Numbers[]): Float16Array {
  removeSpecks(coarse);
  const mask = lanczosGrey(coarse, image.width, image.height);
  const found = isLost(mask, truth) ? undefined : survey(image, mask);
  if (found === undefined) return new Float16Array();
  const { grid, described } = found;
  const kept = [...described.cells.keys()].filter(() => random.next() <= KEPT);
  const records = new Float16Array(kept.length * RECORD);
  for (const [record, n] of kept.entries())
    describe(found, n, { mask, truth }, records.subarray(record * RECORD));
  const cells = Int32Array.from(kept, (n) => described.cells[n]);
  for (const [level, tap] of taps.entries()) {
    sample(tap, grid, cells, records.subarray(FEATURES + MORE + level * CHANNELS));
  }
  return records;
}

function describe(
  { grid, model, described, judged: { add, remove } }: Survey,
  n: number,
  { mask, truth }: { readonly mask: Mask; readonly truth: Mask },
  to: Float16Array,
): void {
  const cell = described.cells[n];
  for (let i = 0; i < FEATURES; i++) to[i] = described.numbers[placeOf(n, i, FEATURES)];
  const pixel = middlePixel(cell, grid, truth);
  const prior = mask.data[pixel] / 255;
  const distance = model.distance.data[cell];
  const found = distance === 0 ? prior : cleanAlpha(grid, model, cell);
  const judged = prior + (found - prior) * (found > prior ? add : remove).data[cell];
  const colours = grid.moments.slice(0, 3).map(({ data }) => data[cell]);
  to.set([...colours, prior, found, distance, judged, truth.data[pixel] / 255], FEATURES);
}

/** All channels of a tensor at each cell, a record after the other. */
function sample({ data, dims }: Numbers, grid: Grid, cells: Int32Array, to: Float16Array): void {
  const [height = 0, width = 0] = dims.slice(-2);
  const { first, right, down } = placesOf(grid, cells, width, height);
  for (let n = 0; n < cells.length; n++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const from = channel * height * width + first[n];
      const across = (at: number) => data[at] + (data[at + 1] - data[at]) * right[n];
      to[n * RECORD + channel] = across(from) + (across(from + width) - across(from)) * down[n];
    }
  }
}
