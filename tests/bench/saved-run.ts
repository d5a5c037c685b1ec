import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { z } from 'zod';
import { median } from './numbers.ts';
import { digits, type BenchResult, type Measured } from './report.ts';

const measured = z.object({
  name: z.string(),
  unit: z.string().exactOptional(),
  values: z.array(z.number()),
  better: z.enum(['more', 'less']),
  must: z.number().exactOptional(),
});

const savedRun = z.object({
  version: z.literal(1),
  date: z.string(),
  machine: z.object({ cores: z.number(), cpu: z.string(), node: z.string() }),
  results: z.array(z.object({ bench: z.string(), rows: z.array(measured) })),
});

export type SavedRun = z.infer<typeof savedRun>;

export function runOf(results: readonly BenchResult[]): SavedRun {
  const cpu = cpus()[0]?.model ?? 'unknown';
  return {
    version: 1,
    date: new Date().toISOString(),
    machine: { cores: availableParallelism(), cpu, node: process.version },
    results: results.map(({ bench, rows }) => ({
      bench,
      rows: rows.map((row) => ({ ...row, values: [...row.values] })),
    })),
  };
}

export async function saveRun(file: string, run: SavedRun): Promise<void> {
  await writeFile(file, `${JSON.stringify(run, null, 2)}\n`);
}

/** @throws {Error} naming the file, when it is not there or no run of this harness */
export async function loadRun(file: string): Promise<SavedRun> {
  try {
    return savedRun.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new Error(`${file} is no saved run. Make one with --save ${file}.`, { cause });
  }
}

/**
 * Lines that set each row that both runs have side by side. What is outside of the other run's spread by more than
 * `NOISE` is called better or worse.
 */
export function compareRuns(before: SavedRun, now: SavedRun): string[] {
  const lines: string[] = [];
  for (const { bench, rows } of now.results) {
    const former = before.results.find((result) => result.bench === bench)?.rows ?? [];
    for (const row of rows) {
      const old = former.find(({ name, unit }) => name === row.name && unit === row.unit);
      if (old) lines.push(compareRows(bench, old, row));
    }
  }
  return lines.length > 0 ? lines : ['  Nothing was measured that the saved run has as well.'];
}

const NOISE = 0.03;

function compareRows(bench: string, before: Measured, { name, unit = '', values, better }: Measured): string {
  const [old, now] = [median(before.values), median(values)];
  const apart =
    now > Math.max(...before.values) * (1 + NOISE) || now < Math.min(...before.values) * (1 - NOISE);
  const verdict = !apart ? 'same' : now > old === (better === 'more') ? 'better' : 'worse';
  const numbers = `${digits(old)} -> ${digits(now)} ${unit}`.trim();
  return `  ${verdict.padEnd(7)} ${`${bench}: ${name}`.padEnd(72)} ${numbers} (${digits(now / old)})`;
}
