import { openAsBlob } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CliError, EXIT } from './errors.ts';

/** What a folder is searched for. A file that is named itself is sent whatever its name. */
const IMAGE = /\.(jpe?g|png|webp|gif|tiff?|avif|heic|heif|bmp)$/i;

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
export async function toForm(files: readonly LocalFile[], fields: Record<string, string>): Promise<FormData> {
  const form = new FormData();
  // First, so that the server judges the options before it reads an image.
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const file of files) form.append('images', await openAsBlob(file.path), path.basename(file.path));
  return form;
}
