/**
 * How the cores are best divided among runners and threads of each: the pace of the server by split, model and size of
 * photos. Splits take turns. The automatic choice (server/config.ts) follows from it.
 *
 *     node tests/bench/run.ts --only split
 */
import { availableParallelism } from 'node:os';
import { DEFAULT_MODEL, findModel } from '#models/registry.ts';
import { isInstalled } from '../../server/matting/weights.ts';
import { peakMemoryBytes } from '../support/memory.ts';
import { TestServer } from '../support/server.ts';
import { throughServer } from './through-server.ts';
import { photosOfSize } from './photos-of-size.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

interface Split {
  readonly runners: number;
  readonly threads: number;
}

/** One runner with all cores, a runner a core, and twice the threads that there are cores. */
export function splitsOf(cores: number): Split[] {
  const half = Math.ceil(cores / 2);
  const splits = [
    { runners: 1, threads: cores },
    { runners: half, threads: Math.floor(cores / half) },
    { runners: cores, threads: 1 },
    { runners: cores, threads: 2 },
  ];
  const nameOf = ({ runners, threads }: Split) => `${String(runners)} × ${String(threads)}`;
  return [...new Map(splits.map((split) => [nameOf(split), split])).values()];
}

/** Images of a round: ten times as many of the default model, which takes a tenth. */
const LOADS = [
  { model: DEFAULT_MODEL.id, images: { 1: 24, 12: 8 } },
  { model: 'isnet-small', images: { 1: 4, 12: 4 } },
] as const;
const SIZES = [1, 12] as const;
const MIB = 1024 * 1024;

export async function benchSplit(report: Report, { rounds, sizes, smoke }: BenchSettings): Promise<void> {
  const splits = splitsOf(availableParallelism());
  for (const { model, images } of smoke ? LOADS.slice(0, 1) : LOADS) {
    const spec = findModel(model);
    if (spec === undefined || !(await isInstalled(spec))) continue;
    for (const megapixels of SIZES.filter((size) => sizes.includes(size) && !(smoke && size > 1))) {
      const count = smoke ? 1 : images[megapixels];
      await benchLoad(report, { model, megapixels, count, splits, rounds });
    }
  }
}

interface Load {
  readonly model: string;
  readonly megapixels: number;
  readonly count: number;
  readonly splits: readonly Split[];
  readonly rounds: number;
}

async function benchLoad(report: Report, { model, megapixels, count, splits, rounds }: Load): Promise<void> {
  const files = await photosOfSize(count, megapixels, 'jpeg');
  const measured = splits.map((split) => ({ split, rates: [] as number[], alone: [] as number[], peak: 0 }));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of measured) {
      const { split, rates, alone } = one;
      await using server = await TestServer.start({
        env: { OFFCUT_RUNNERS: String(split.runners), OFFCUT_THREADS: String(split.threads) },
      });
      // Not measured: each runner loads the model.
      await throughServer(server, files, { model });
      rates.push(await throughServer(server, files, { model }));
      alone.push(1000 / (await throughServer(server, files.slice(0, 1), { model })));
      if (process.platform === 'linux') {
        one.peak = Math.max(one.peak, ...server.runnerPids.map((pid) => peakMemoryBytes(pid) / MIB));
      }
    }
  }
  for (const { split, rates, alone, peak } of measured) {
    const name = `${model}, ${String(megapixels)} MP, ${String(split.runners)} × ${String(split.threads)}`;
    report.add({ name, unit: 'images/s', better: 'more', values: rates });
    report.add({ name: `${name}: one image`, unit: 'ms', better: 'less', values: alone });
    if (peak > 0)
      report.add({ name: `${name}: most memory of a runner`, unit: 'MB', better: 'less', values: [peak] });
  }
}
