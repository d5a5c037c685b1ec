/**
 * Server throughput: a folder of 1-megapixel JPEGs through the real server, against a bare `session.run` loop on as
 * many threads. Both take turns in one run, so that whatever else the machine does hits both.
 *
 *     node tests/bench/throughput.ts [images] [rounds]
 */
import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { preprocess } from '#matting/preprocess.ts';
import { readWeights } from '../../server/matting/weights.ts';
import { photo, type FormFile } from '../contract/api-photos.ts';
import { finished, photos, submit } from '../server/client.ts';
import { drawScene } from '../fixtures/draw/scenes.ts';
import { TestServer } from '../support/server.ts';
import { median, spread } from './numbers.ts';

const SIZE = { width: 1154, height: 866 };
/** Warm-up of both sides, not measured. */
const WARM_UP = 4;

/** The photographs there are, else drawn scenes, at one megapixel. */
async function oneMegapixelFiles(count: number): Promise<FormFile[]> {
  const some = await Promise.all(
    (await photos()).map(async (file) => {
      const bytes = await sharp(file.bytes)
        .resize({ ...SIZE, fit: 'fill' })
        .jpeg({ quality: 88 })
        .toBuffer();
      return { ...file, bytes };
    }),
  );
  const one = some[0] ?? (await photo());
  return Array.from({ length: count }, (_, n) => ({
    ...(some[n % some.length] ?? one),
    filename: `${String(n)}.jpg`,
  }));
}

/**
 * The network alone, as onnxruntime runs it by default: spinning threads, all outputs of no concern but the one.
 * @returns a function that runs it `count` times and answers the images a second
 */
async function bareLoop(threads: number): Promise<(count: number) => Promise<number>> {
  const session = await InferenceSession.create(await readWeights(DEFAULT_MODEL), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
  });
  const [inputName = ''] = session.inputNames;
  const [outputName = ''] = session.outputNames;
  const { data, dims } = preprocess(drawScene('portrait').image, DEFAULT_MODEL);
  const feeds = { [inputName]: new Tensor('float32', data, dims) };
  return async (count) => {
    const began = performance.now();
    for (let n = 0; n < count; n += 1) await session.run(feeds, [outputName]);
    return (count * 1000) / (performance.now() - began);
  };
}

/** Images a second, from the moment the client begins to send until it has heard that the last one is done. */
async function throughServer(server: TestServer, files: readonly FormFile[]): Promise<number> {
  const began = performance.now();
  const { job_id: id } = await submit(server, files);
  const job = await finished(server, id);
  if (job.progress.processed !== files.length || job.progress.failed > 0) {
    throw new Error(`The server did not process them all: ${JSON.stringify(job.progress)}`);
  }
  return (files.length * 1000) / (performance.now() - began);
}

export async function benchThroughput(images = 40, rounds = 5): Promise<void> {
  const threads = availableParallelism();
  const files = await oneMegapixelFiles(images);
  const bare = await bareLoop(threads);
  await using server = await TestServer.start({ env: { OFFCUT_LOG_LEVEL: 'warn' } });
  await bare(WARM_UP);
  await throughServer(server, files.slice(0, WARM_UP));
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = await bare(images);
    const served = await throughServer(server, files);
    const after = await bare(images);
    // The loop before and after: the mean of both saw the same machine as the server in between.
    const loop = (before + after) / 2;
    rows.push({ loop, served, ratio: served / loop });
    console.log(
      `  round ${round + 1}: loop ${loop.toFixed(2)}/s, server ${served.toFixed(2)}/s, ratio ${(served / loop).toFixed(2)}`,
    );
  }
  const ratios = rows.map(({ ratio }) => ratio);
  console.log(
    `throughput: ${median(ratios).toFixed(2)} of a bare session.run loop on ${String(threads)} threads (must reach 0.70; ${spread(ratios)}), ` +
      `${median(rows.map(({ served }) => served)).toFixed(2)} images/s of 1 megapixel`,
  );
}

if (import.meta.main) {
  const [images, rounds] = process.argv.slice(2).map(Number);
  await benchThroughput(images, rounds);
}
