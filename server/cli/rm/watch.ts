import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { imagesIn, isImage, type Found } from './find.ts';

/** A file is taken when its size has stood still for so long: a camera or a download may still be writing it. */
const SETTLED_MILLIS = 300;

/** The images that are in the folders, and from then on those that come or change, until the signal fires. */
export async function* watchFolders(
  folders: readonly string[],
  recursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const waiting = new Map<string, Found>();
  let wake = (): void => undefined;
  const add = (found: Found) => {
    // Last, if it is there already: it changed again.
    waiting.delete(found.path);
    waiting.set(found.path, found);
    wake();
  };
  // Before the folders are read, so that nothing falls between.
  const watchers = folders.map((folder) => watchFolder(folder, recursive, add));
  signal.addEventListener('abort', () => wake());
  try {
    for (const folder of folders) (await imagesIn(folder, recursive)).forEach(add);
    while (!signal.aborted) {
      const [next] = waiting.values();
      if (next === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        if (waiting.size === 0 && !signal.aborted) await promise;
        continue;
      }
      waiting.delete(next.path);
      if (await settled(next.path, signal)) yield next;
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

function watchFolder(folder: string, recursive: boolean, add: (found: Found) => void): FSWatcher {
  return watch(folder, { recursive }, (_event, name) => {
    if (name !== null && isImage(name)) add({ path: path.join(folder, name), place: name });
  });
}

/** False when the file is gone. */
async function settled(file: string, signal: AbortSignal): Promise<boolean> {
  let last = -1;
  while (!signal.aborted) {
    const about = await stat(file).catch(() => undefined);
    if (about === undefined || !about.isFile()) return false;
    if (about.size === last || Date.now() - about.mtimeMs > SETTLED_MILLIS * 10) return about.size > 0;
    last = about.size;
    await sleep(SETTLED_MILLIS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
