import { openAsBlob } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CliError, EXIT } from './errors.ts';

/** What a folder is searched for. A file that is named itself is sent whatever its name. */
export const IMAGE = /\.(jpe?g|png|webp|gif|tiff?|avif|heic|heif|bmp)$/i;

export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
}

/** The files that are named, and the images directly inside the folders that are. @throws CliError */
export async function findFiles(names: readonly string[]): Promise<LocalFile[]> {
  const found: LocalFile[] = [];
  for (const name of names) {
    const about = await stat(name).catch((cause: unknown) => {
      throw new CliError(EXIT.usage, `${name} cannot be read: there is no such file or folder.`, { cause });
    });
    if (!about.isDirectory()) {
      found.push({ path: name, bytes: about.size });
      continue;
    }
    const inside = (await readdir(name)).filter((entry) => IMAGE.test(entry)).sort();
    if (inside.length === 0) throw new CliError(EXIT.usage, `The folder ${name} has no images.`);
    found.push(...(await findFiles(inside.map((entry) => path.join(name, entry)))));
  }
  return found;
}

/** One request may not grow without bounds: the server limits both, and a broken line costs one batch only. */
const MOST_BYTES = 512 * 1024 * 1024;

/** Cuts the files into batches of at most `most` files, each a job. */
export function batches(files: readonly LocalFile[], most: number): LocalFile[][] {
  const all: LocalFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const current = all.at(-1);
    if (current === undefined || current.length === most || bytes + file.bytes > MOST_BYTES) {
      all.push([file]);
      bytes = file.bytes;
    } else {
      current.push(file);
      bytes += file.bytes;
    }
  }
  return all;
}

/** The files are read from disk while they are sent. */
export function toImages(files: readonly LocalFile[]): Promise<{ blob: Blob; name: string }[]> {
  return Promise.all(
    files.map(async (file) => ({ blob: await openAsBlob(file.path), name: path.basename(file.path) })),
  );
}
