import type { Source } from '../state/intake.svelte.ts';

export interface Dropped {
  readonly sources: readonly Source[];
  /** Files in dropped folders that are no images, and so were left out. */
  readonly leftOut: number;
}

const IMAGE_NAME = /\.(?:avif|bmp|gif|heic|heif|ico|jfif|jpe?g|jxl|png|svg|tiff?|webp)$/i;

/** By what the browser knows of it; the name counts where it knows nothing, as for HEIC. */
export function looksLikeImage({ type, name }: File): boolean {
  return type === '' ? IMAGE_NAME.test(name) : type.startsWith('image/');
}

/**
 * All files of a drop, those in folders included. A file that was dropped itself is taken whatever it is: it may be
 * an image that the browser does not know, and if it is none, its card says so. In folders only images are meant.
 *
 * Must be called while the drop event is dispatched: its items are gone afterwards.
 */
export async function readDrop(transfer: DataTransfer): Promise<Dropped> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry());
  if (!entries.some((entry) => entry?.isDirectory)) {
    return { sources: sourcesOf(transfer.files), leftOut: 0 };
  }
  const direct: File[] = [];
  const nested: File[] = [];
  for (const entry of entries) {
    if (entry && isFile(entry)) direct.push(await fileOf(entry));
    else if (entry) await walk(entry, nested);
  }
  return withImagesOf(nested, sourcesOf(direct));
}

/** The files of a folder that was picked. */
export function readFolder(files: Iterable<File>): Dropped {
  return withImagesOf([...files], []);
}

export function sourcesOf(files: Iterable<File>): Source[] {
  return [...files].map((file) => ({ file, name: file.name }));
}

function withImagesOf(nested: readonly File[], before: readonly Source[]): Dropped {
  const visible = nested.filter((file) => !file.name.startsWith('.'));
  const found = visible.filter(looksLikeImage);
  return { sources: [...before, ...sourcesOf(found)], leftOut: visible.length - found.length };
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

async function walk(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (isFile(entry)) found.push(await fileOf(entry));
  if (!isDirectory(entry)) return;
  const reader = entry.createReader();
  // A reader gives at most 100 entries a call in Chromium, and an empty list at the end.
  for (let batch = await entriesOf(reader); batch.length > 0; batch = await entriesOf(reader)) {
    for (const child of batch) await walk(child, found);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function entriesOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
