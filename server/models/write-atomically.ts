import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A reader never sees half a file, and a second writer at the same time does no harm. */
export async function writeAtomically(file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  try {
    await writeFile(fresh, content, { flush: true });
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}
