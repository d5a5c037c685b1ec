import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, rmdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file so that it is there whole or not at all, also when the power fails: into a temporary file beside it,
 * which is synced and then renamed. When `write` throws, nothing of it stays.
 * @throws what `write` and the file system throw
 */
export async function writeDurably(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const folder = path.dirname(file);
  const { handle, temporary } = await openBeside(file);
  try {
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true });
    await removeIfEmpty(folder);
    throw cause;
  }
}

/** The folder may be taken away between its making and its use, when its job is removed meanwhile: then it is made again. */
async function openBeside(file: string): Promise<{ handle: FileHandle; temporary: string }> {
  const temporary = `${file}.${randomUUID()}.part`;
  for (let attemptsLeft = 3; ; attemptsLeft -= 1) {
    await makeFolder(path.dirname(file));
    try {
      return { handle: await open(temporary, 'wx'), temporary };
    } catch (cause) {
      if (!isCode(cause, 'ENOENT') || attemptsLeft === 0) throw cause;
    }
  }
}

/** Makes a folder and its parents; a new entry is durable once the folder that lists it is synced. */
async function makeFolder(folder: string): Promise<void> {
  const topmost = await mkdir(folder, { recursive: true });
  if (topmost === undefined) return;
  for (let made = folder; made.length >= topmost.length; made = path.dirname(made)) {
    await syncFolder(path.dirname(made));
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; NTFS keeps its own journal of their entries.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a folder that nothing is in any more; any other stays. */
export async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (cause) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM'].some((code) => isCode(cause, code))) throw cause;
  }
}

export function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
