/**
 * Server throughput and latency by size and format of the photos, against what the hardware does with the network alone
 * and with reading and writing the files alone. All take turns, so that whatever else the machine does hits each.
 *
 *     node tests/bench/run.ts --only throughput
 */
import { peakMemoryBytes } from '../support/memory.ts';
import { TestServer } from '../support/server.ts';
import { LimitLoop } from './limit-loop.ts';
import { photosOfSize, type Format } from './photos-of-size.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';
import { throughServer } from './through-server.ts';

/** Megapixels, and images of a round. */
export const SIZES = [
  { megapixels: 1, images: 32 },
  { megapixels: 4, images: 16 },
  { megapixels: 12, images: 10 },
  { megapixels: 48, images: 4 },
] as const;
/** Of the limit, and megabytes of a runner. */
const MUST: Partial<Record<number, { share: number; memory?: number }>> = {
  1: { share: 0.85 },
  12: { share: 0.75, memory: 450 },
};
const MIB = 1024 * 1024;

export async function benchThroughput(report: Report, settings: BenchSettings): Promise<void> {
  const { rounds, smoke, sizes, formats } = settings;
  await using network = await LimitLoop.start('network');
  await using own = await LimitLoop.start('own');
  for (const format of smoke ? formats.slice(0, 1) : formats) {
    for (const { megapixels, images } of SIZES) {
      if (!sizes.includes(megapixels) || (smoke && megapixels > 1)) continue;
      const count = smoke ? 1 : images;
      await benchSize(report, { network, own }, { format, megapixels, count, rounds });
    }
  }
}

interface Loops {
  readonly network: LimitLoop;
  readonly own: LimitLoop;
}

interface Size {
  readonly format: Format;
  readonly megapixels: number;
  readonly count: number;
  readonly rounds: number;
}

async function benchSize(
  report: Report,
  loops: Loops,
  { format, megapixels, count, rounds }: Size,
): Promise<void> {
  const files = await photosOfSize(count, megapixels, format);
  const [first] = files;
  if (first === undefined) return;
  await using codec = await LimitLoop.start('codec', first.bytes);
  await using server = await TestServer.start({
    env: { OFFCUT_LOG_LEVEL: 'info', OFFCUT_MAX_FILE_MB: '512' },
  });
  await throughServer(server, files.slice(0, 4));
  const rows: { network: number; own: number; codec: number; served: number; alone: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const network = await loops.network.rate(Math.max(1, Math.min(count, 8)));
    const own = await loops.own.rate(Math.max(1, Math.min(count, 8)));
    const both = await codec.rate(Math.max(1, count >> 1));
    const served = await throughServer(server, files);
    const alone = await throughServer(server, files.slice(0, 1));
    rows.push({ network, own, codec: both, served, alone });
  }
  const must = format === 'jpeg' ? MUST[megapixels] : undefined;
  const name = `${String(megapixels)} MP ${format.toUpperCase()}`;
  const each = (value: (row: (typeof rows)[number]) => number) => rows.map(value);
  const rate = { unit: 'images/s', better: 'more' } as const;
  report.add({ name: `${name}: server`, ...rate, values: each(({ served }) => served) });
  report.add({
    name: `${name}: network alone, onnxruntime's defaults`,
    ...rate,
    values: each((row) => row.network),
  });
  report.add({
    name: `${name}: network alone, as the server runs it`,
    ...rate,
    values: each(({ own }) => own),
  });
  report.add({ name: `${name}: decode and encode alone`, ...rate, values: each((row) => row.codec) });
  report.add({
    name: `${name}: server / both on the same cores`,
    better: 'more',
    values: each((row) => row.served * (1 / row.network + 1 / row.codec)),
    ...(must && { must: must.share }),
  });
  report.add({
    name: `${name}: server / both, the network as the server runs it`,
    better: 'more',
    values: each((row) => row.served * (1 / row.own + 1 / row.codec)),
  });
  report.add({
    name: `${name}: server / the slower of the two alone`,
    better: 'more',
    values: each((row) => row.served / Math.min(row.network, row.codec)),
  });
  report.add({
    name: `${name}: one image, from sent to done`,
    unit: 'ms',
    better: 'less',
    values: each((row) => 1000 / row.alone),
  });
  addMemory(report, name, server, must?.memory);
}

function addMemory(report: Report, name: string, { runnerPids }: TestServer, must: number | undefined): void {
  if (process.platform !== 'linux') return;
  const peaks = runnerPids.map((pid) => peakMemoryBytes(pid) / MIB);
  report.add({
    name: `${name}: most memory of a runner`,
    unit: 'MB',
    better: 'less',
    values: [Math.max(...peaks)],
    ...(must !== undefined && { must }),
  });
}
