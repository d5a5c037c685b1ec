/**
 * `node tests/eval/learn/run.ts [scenes]` draws scenes (600 unless told), lets u2netp see them, and writes
 * `src/lib/matting/refine/removal-weights.ts`. Takes ten minutes; the same seeds give the same weights.
 */
import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import type { Mask, PixelImage } from '#matting/image.ts';
import { lanczosGrey } from '#matting/resample.ts';
import { Random } from '../draw/random.ts';
import { openNetwork } from '../network.ts';
import { type Judge, train } from './judge.ts';
import { isLost, samplesOf, sharpMask } from './samples.ts';
import { drawLesson, type Lesson } from './scenes.ts';

const FILE = new URL('../../../src/lib/matting/refine/removal-weights.ts', import.meta.url);
const scenes = Number(process.argv[2] ?? 600);
const network = await openNetwork();

async function seen(image: PixelImage): Promise<Mask> {
  return lanczosGrey((await network(image)).mask, image.width, image.height);
}

async function study({ image, truth, random }: Lesson, index: number): Promise<number[]> {
  const mask = await seen(image);
  const masks = isLost(mask, truth) ? [] : [mask];
  if (index % 4 === 0) masks.push(sharpMask(truth));
  return masks.flatMap((of) => samplesOf(image, of, truth, random));
}

function source(judge: Judge): string {
  return `/** Learned by \`node tests/eval/learn/run.ts\`, which writes this file. */

/** As many inputs a hidden unit as there are features, unit after unit. */
export const WEIGHTS = ${JSON.stringify(judge)} as const;
`;
}

const all: Float32Array[] = [];
for (let index = 0; index < scenes; index++) {
  all.push(Float32Array.from(await study(await drawLesson(index), index)));
  if (index % 20 === 19) process.stderr.write(`${index + 1}/${scenes}\n`);
}
const samples = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
all.reduce((at, part) => (samples.set(part, at), at + part.length), 0);
const text = source(train(samples, new Random(11)));
await writeFile(FILE, await format(text, { ...(await resolveConfig(FILE)), parser: 'typescript' }));
