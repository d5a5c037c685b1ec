import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { RUNNER_STALE_SECONDS, type RunnerEntry, type RunnerRegistry } from './registry.ts';

const entry = z.object({ id: z.string(), concurrency: z.int().positive() });

/** The registry of runners on one data folder: a file each, written anew whenever it is seen. */
export function openRunnerFiles(folder: string): RunnerRegistry {
  const fileOf = (id: string) =>
    path.join(folder, createHash('sha256').update(id).digest('hex').slice(0, 32));
  return {
    async seen(runners) {
      await mkdir(folder, { recursive: true });
      await Promise.all(runners.map((runner) => replace(fileOf(runner.id), JSON.stringify(runner))));
    },
    async gone(id) {
      await rm(fileOf(id), { force: true });
    },
    async total() {
      const names = (await readdir(folder).catch(() => [])).filter((name) => !name.endsWith('.new'));
      const entries = await Promise.all(names.map((name) => readEntry(path.join(folder, name))));
      const alive = entries.filter((found) => found !== undefined);
      return {
        runners: alive.length,
        concurrency: alive.reduce((sum, { concurrency }) => sum + concurrency, 0),
      };
    },
    async close() {},
  };
}

/** Whole at every moment: others read it. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** `undefined` for one that is stale, gone, or nothing that a runner wrote. */
async function readEntry(file: string): Promise<Pick<RunnerEntry, 'concurrency'> | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > RUNNER_STALE_SECONDS * 1000) {
      await rm(file, { force: true });
      return undefined;
    }
    return entry.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
