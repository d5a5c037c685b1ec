/** `showDirectoryPicker`, where the browser has it (https://wicg.github.io/file-system-access/). */
type FolderPicker = (options: {
  id: string;
  mode: 'readwrite';
  startIn: 'pictures';
}) => Promise<FileSystemDirectoryHandle>;

/** Undefined when the user chooses none. Call it in a click. */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  const { showDirectoryPicker } = window as unknown as { showDirectoryPicker: FolderPicker };
  try {
    return await showDirectoryPicker({ id: 'offcut-results', mode: 'readwrite', startIn: 'pictures' });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') return undefined;
    throw cause;
  }
}

/**
 * Writes files one after the other, each whole or not at all, and never over one that was there: `a.png` becomes
 * `a (2).png`. Answers how many it wrote.
 */
export async function writeFiles(
  folder: FileSystemDirectoryHandle,
  files: AsyncIterable<{ blob: Blob; name: string }>,
  signal: AbortSignal,
): Promise<number> {
  let written = 0;
  for await (const { blob, name } of files) {
    signal.throwIfAborted();
    const file = await folder.getFileHandle(await freeName(folder, name), { create: true });
    await blob.stream().pipeTo(await file.createWritable(), { signal });
    written += 1;
  }
  return written;
}

async function freeName(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  const dot = name.lastIndexOf('.');
  let candidate = name;
  for (let n = 2; await exists(folder, candidate); n += 1) {
    candidate = `${name.slice(0, dot)} (${String(n)})${name.slice(dot)}`;
  }
  return candidate;
}

async function exists(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await folder.getFileHandle(name);
    return true;
  } catch (cause) {
    // A folder of that name is in the way as well.
    if (cause instanceof DOMException) return cause.name === 'TypeMismatchError';
    throw cause;
  }
}
