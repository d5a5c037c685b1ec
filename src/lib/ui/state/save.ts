/** `showSaveFilePicker`, where the browser has it (https://wicg.github.io/file-system-access/). */
type SavePicker = (options: {
  suggestedName: string;
  types: { accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle>;

/** Milliseconds that a download may take to start reading its object URL; browsers tell nobody when they are done. */
const URL_LIFETIME = 60_000;

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), URL_LIFETIME);
}

/**
 * Saves a stream of any length: written to disk as it comes where the browser can, by itself or by way of the service
 * worker; else collected into a Blob, which browsers keep on disk when it is large. Call it in a click: the picker needs
 * that. `open` is called once the user has chosen a file; does nothing when they choose none.
 */
export async function saveStream(
  open: () => Promise<ReadableStream<Uint8Array>>,
  name: string,
  mediaType: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const picker = (window as { showSaveFilePicker?: SavePicker }).showSaveFilePicker;
  if (picker === undefined) {
    const { saveThroughServiceWorker } = await import('../saving/streamed-download.ts');
    if (await saveThroughServiceWorker(open, name, mediaType, signal)) return;
    const blob = await new Response((await open()) as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
    signal.throwIfAborted();
    saveBlob(new Blob([blob], { type: mediaType }), name);
    return;
  }
  const file = await picker({
    suggestedName: name,
    types: [{ accept: { [mediaType]: [name.slice(name.lastIndexOf('.'))] } }],
  }).catch(undefinedWhenAborted);
  if (file) await (await open()).pipeTo(await file.createWritable(), { signal });
}

function undefinedWhenAborted(cause: unknown): undefined {
  if (cause instanceof DOMException && cause.name === 'AbortError') return undefined;
  throw cause;
}
