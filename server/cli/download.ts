import { createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { displayName, resultName, uniqueNames } from '#queue/filename.ts';
import type { JobWire } from '#queue/wire.ts';
import type { OffcutClient } from '#client/index.ts';

/**
 * Saves a job's results into `folder` under the names of their images. A file that is there already is never
 * replaced, as the folder may be the one of the photos: the result then gets a number.
 *
 * @returns the paths
 */
export async function downloadResults(client: OffcutClient, job: JobWire, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const saved: string[] = [];
  for (const { url, filename, index } of job.results) {
    if (url === null) continue;
    const { type, stream } = await client.result(job.id, index);
    // A name that comes from elsewhere must not lead out of the folder.
    const name = resultName(displayName(filename, index), type);
    const file = await reserve(folder, name);
    try {
      await pipeline(stream, createWriteStream(file));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    saved.push(file);
  }
  return saved;
}

/** Creates an empty file of a name that was free until now. */
async function reserve(folder: string, name: string): Promise<string> {
  const next = uniqueNames();
  for (;;) {
    const file = path.join(folder, next(name));
    try {
      await (await open(file, 'wx')).close();
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
