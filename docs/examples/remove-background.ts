/**
 * Sends images to a server, shows the progress, and saves the cutouts into a folder.
 *
 *     node remove-background.ts http://127.0.0.1:5000 cutouts a.jpg b.jpg
 */
import { createClient, OffcutError } from 'offcut-client';
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [baseUrl = '', folder = '', ...paths] = process.argv.slice(2);
const offcut = createClient({ baseUrl });

try {
  const images = await Promise.all(
    paths.map(async (path) => ({ blob: await openAsBlob(path), name: basename(path) })),
  );
  const { job_id: id } = await offcut.submit(images, { format: 'png' });
  for await (const { status, progress } of offcut.watch(id)) {
    console.log(`${status}: ${String(progress.processed)} of ${String(progress.total)}`);
  }
  await mkdir(folder, { recursive: true });
  for await (const { filename, stream } of offcut.results(id)) {
    await pipeline(stream, createWriteStream(join(folder, filename)));
  }
} catch (error) {
  if (!(error instanceof OffcutError)) throw error;
  console.error(`${error.detail} (${error.code})`);
  process.exitCode = 1;
}
