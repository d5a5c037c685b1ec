/**
 * The network on kernels of our own against onnxruntime-web, both on one thread of this process, in turn, with the same
 * weights and the same input: CPU time of a run.
 *
 *     node tests/bench/run.ts --only network
 */
import * as ort from 'onnxruntime-web/wasm';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { compileNetwork } from '#matting/network/program.ts';
import { Network } from '#matting/network/threads.ts';
import { readWeights } from '../../server/matting/weights.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

/** Within a round; the least of them counts, since others use the machine. */
const RUNS = 5;

export async function benchNetwork(report: Report, { rounds, smoke }: BenchSettings): Promise<void> {
  const weights = await readWeights(DEFAULT_MODEL);
  const { width, height } = DEFAULT_MODEL.inputSize;
  const input = {
    data: Float32Array.from({ length: 3 * width * height }, (_, i) => Math.sin(i * 0.37)),
    dims: [1, 3, height, width],
  };
  const compiled = compileNetwork(weights, DEFAULT_MODEL);
  const network = compiled && Network.open(compiled, 1);
  if (network === undefined)
    throw new Error('Our kernels do not know the default model, or do not run here.');
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(weights);
  const feeds = { [session.inputNames[0] ?? '']: new ort.Tensor('float32', input.data, input.dims) };
  const runs = smoke ? 1 : RUNS;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await leastOf(runs, () => session.run(feeds, [session.outputNames[0] ?? ''])));
    ours.push(await leastOf(runs, async () => network.run(input)));
  }
  await session.release();
  report.add({ name: 'onnxruntime-web, a run', unit: 'ms', better: 'less', values: theirs });
  report.add({ name: 'our kernels, a run', unit: 'ms', better: 'less', values: ours });
  const ratios = theirs.map((time, round) => time / (ours[round] ?? Number.NaN));
  report.add({ name: 'onnxruntime-web / our kernels', better: 'more', values: ratios });
}

/** Milliseconds of CPU time. */
async function leastOf(runs: number, run: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  // The first is not measured: code compiles, and memory is touched.
  for (let count = 0; count <= runs; count += 1) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    if (count > 0) least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
