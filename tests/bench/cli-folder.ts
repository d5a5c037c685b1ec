/** A folder of photos through `offcut rm`, with the start of Node and the loading of the model. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCli } from '../server/run-cli.ts';
import { photosOfSize } from './photos-of-size.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

const IMAGES = 24;

export async function benchCliFolder(report: Report, { rounds, smoke }: BenchSettings): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-bench-'));
  const count = smoke ? 1 : IMAGES;
  try {
    const files = await photosOfSize(count, 1, 'jpeg');
    await Promise.all(files.map(({ filename, bytes }) => writeFile(path.join(folder, filename), bytes)));
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const out = path.join(folder, `out-${String(round)}`);
      const began = performance.now();
      const { code, stderr } = await runCli(['rm', folder, '-o', out]);
      if (code !== 0) throw new Error(`offcut rm ended with ${String(code)}: ${stderr}`);
      rates.push((count * 1000) / (performance.now() - began));
    }
    const name = `${String(count)} photos of 1 MP by offcut rm`;
    report.add({ name, unit: 'images/s', better: 'more', values: rates });
  } finally {
    await rm(folder, { recursive: true });
  }
}
