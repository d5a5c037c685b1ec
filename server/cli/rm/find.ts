import { glob, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { IMAGE } from '../upload.ts';
import { CliError, EXIT } from '../errors.ts';

/** An image to be cut out. */
export interface Found {
  readonly path: string;
  /** Where it lies below the folder or pattern by which it was found: its place below the output folder. */
  readonly place: string;
}

/**
 * The images that the arguments name: files, folders (their images, sorted) and patterns such as `photos/*.jpg` that
 * no shell has expanded. A file that is named itself counts whatever its name.
 * @throws CliError when an argument names nothing
 */
export async function findImages(names: readonly string[], recursive: boolean): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const name of names) {
    // What is named twice is done once.
    for (const image of await imagesOf(name, recursive)) found.set(path.resolve(image.path), image);
  }
  return [...found.values()];
}

async function imagesOf(name: string, recursive: boolean): Promise<Found[]> {
  const about = await stat(name).catch(() => undefined);
  if (about?.isDirectory()) {
    const inside = await imagesIn(name, recursive);
    if (inside.length === 0) throw new CliError(EXIT.usage, `The folder ${name} has no images.`);
    return inside;
  }
  if (about !== undefined) return [{ path: name, place: path.basename(name) }];
  if (/[*?[{]/.test(name)) return matches(name);
  throw new CliError(EXIT.usage, `${name} cannot be read: there is no such file or folder.`);
}

export async function imagesIn(folder: string, recursive: boolean): Promise<Found[]> {
  const entries = await readdir(folder, { recursive, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && isImage(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: file, place: path.relative(folder, file) }));
}

/** By its name; hidden files are none, such as the `._a.jpg` that macOS leaves on memory cards. */
export function isImage(name: string): boolean {
  return IMAGE.test(name) && !path.basename(name).startsWith('.');
}

async function matches(pattern: string): Promise<Found[]> {
  const fixed = pattern.split(/[\\/]/);
  fixed.splice(fixed.findIndex((part) => /[*?[{]/.test(part)));
  const files: string[] = [];
  for await (const file of glob(pattern)) {
    if (isImage(file) && (await stat(file)).isFile()) files.push(file);
  }
  if (files.length === 0) throw new CliError(EXIT.usage, `No image matches ${pattern}.`);
  return files.sort().map((file) => ({ path: file, place: path.relative(fixed.join('/'), file) }));
}
