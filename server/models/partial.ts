import { readdir, rename } from 'node:fs/promises';
import path from 'node:path';

/*
 * What has come of a download is `<file>.<process id>.partial` while a process works on it, and `<file>.partial` when
 * it had to stop. Renaming is atomic, so two processes that fetch the same model never write to one file.
 */

/** Takes over what an earlier download of `file` left, if anything. @returns this process's own partial file */
export async function claimPartial(file: string): Promise<string> {
  const own = `${file}.${process.pid}.partial`;
  const folder = path.dirname(file);
  for (const name of await readdir(folder)) {
    const rest = name.startsWith(path.basename(file)) ? name.slice(path.basename(file).length) : '';
    const owner = /^\.(?:(\d+)\.)?partial$/.exec(rest);
    if (owner === null || isAlive(owner[1])) continue;
    // Another process may be quicker.
    if (await moved(path.join(folder, name), own)) break;
  }
  return own;
}

/** Leaves what came for the next attempt, of whichever process. */
export async function leavePartial(file: string): Promise<void> {
  await moved(`${file}.${process.pid}.partial`, `${file}.partial`);
}

function isAlive(pid: string | undefined): boolean {
  if (pid === undefined || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function moved(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  );
}
