import { open, stat, truncate } from 'node:fs/promises';
import { Readable } from 'node:stream';

export interface DownloadOptions {
  /** Of the whole file: more is never written. */
  readonly bytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are there, those of an earlier attempt included. */
  readonly onProgress?: ((received: number) => void) | undefined;
}

/** A connection that gives nothing for this long counts as broken. */
const SILENT_SECONDS = 60;
/** Broken connections in a row, none of which gave anything, before the source is given up. */
const FRUITLESS_TRIES = 3;

/**
 * Fetches `url` into `file`, going on where an earlier attempt left off. A connection that breaks is taken up again
 * for as long as it gets anywhere. What the bytes are worth is for the caller to check.
 * @throws Error when the server refuses, or the connection keeps breaking; `file` keeps what came
 */
export async function download(url: string, file: string, options: DownloadOptions): Promise<void> {
  let fruitless = 0;
  for (;;) {
    const before = await sizeOf(file);
    try {
      await attempt(url, file, before, options);
      return;
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (cause instanceof Refused) throw cause;
      fruitless = (await sizeOf(file)) > before ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS_TRIES) throw cause;
    }
  }
}

/** The server's answer will not change by asking again. */
class Refused extends Error {}

async function attempt(
  url: string,
  file: string,
  from: number,
  { bytes, signal, onProgress }: DownloadOptions,
): Promise<void> {
  if (from >= bytes) return;
  const silence = new AbortController();
  const timer = setTimeout(
    () => silence.abort(new Error('the connection fell silent')),
    SILENT_SECONDS * 1000,
  );
  try {
    const response = await fetch(url, {
      headers: { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
    });
    const at = await startOf(response, from, file);
    await append(file, at, response, bytes, (received) => {
      timer.refresh();
      onProgress?.(received);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Where the body begins in the file: a server that knows no ranges sends all of it again. */
async function startOf(response: Response, from: number, file: string): Promise<number> {
  if (response.status === 200) return 0;
  if (response.status === 206) {
    const start = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]);
    if (start === from) return from;
  }
  await response.body?.cancel();
  if (from > 0 && (response.status === 206 || response.status === 416)) {
    await truncate(file, 0);
    throw new Error('it cannot go on where the last attempt stopped');
  }
  throw new Refused(`the server answered ${response.status} ${response.statusText}`.trimEnd());
}

async function append(
  file: string,
  at: number,
  { body }: Response,
  bytes: number,
  onReceived: (received: number) => void,
): Promise<void> {
  const target = await open(file, at === 0 ? 'w' : 'r+');
  try {
    const chunks: AsyncIterable<Uint8Array> = body ?? Readable.from([]);
    let position = at;
    for await (const chunk of chunks) {
      if (position + chunk.length > bytes) throw new Refused(`it gave more than ${bytes} bytes`);
      await target.write(chunk, 0, chunk.length, position);
      position += chunk.length;
      onReceived(position);
    }
    if (position < bytes) throw new Error(`it ended after ${position} of ${bytes} bytes`);
    await target.sync();
  } finally {
    await target.close();
  }
}

export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
