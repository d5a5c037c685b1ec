import { abortReason } from './abort-reason.ts';
import { QueueError } from './errors.ts';

/**
 * The chunks of a body as they come, as long as they are allowed. Ends the body when it stops early.
 * @throws QueueError `file_too_large` once there are more than `maxBytes`; the signal's reason when that aborts, also
 *   while no chunk comes.
 */
export async function* boundedChunks(
  body: Blob | ReadableStream<Uint8Array>,
  { maxBytes = Infinity, signal }: { maxBytes?: number | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  if (body instanceof Blob) requireSize(body.size, maxBytes);
  const reader = (body instanceof Blob ? body.stream() : body).getReader();
  const onAbort = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', onAbort);
  let bytes = 0;
  try {
    for (;;) {
      if (signal?.aborted) throw abortReason(signal);
      const { done, value } = await reader.read();
      // A cancelled reader answers that all is done.
      if (signal?.aborted) throw abortReason(signal);
      if (done) return;
      bytes += value.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield value as Uint8Array<ArrayBuffer>;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Nothing is left to cancel after the end; before it, the sender learns that nobody reads on.
    await reader.cancel().catch(() => undefined);
  }
}

/** @throws QueueError `file_too_large` */
export function requireSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw tooLarge(maxBytes, bytes);
}

function tooLarge(maxBytes: number, bytes?: number): QueueError {
  const size = bytes === undefined ? 'is larger than that' : `has ${readable(bytes)}`;
  return new QueueError(
    'file_too_large',
    `An image may have up to ${readable(maxBytes)}, and this one ${size}. Send a smaller file.`,
    { fields: { max_bytes: maxBytes, bytes } },
  );
}

/** `64 MB`; `1,000 bytes` for what is too small to say in megabytes. */
function readable(bytes: number): string {
  const megabytes = bytes / (1024 * 1024);
  return megabytes < 0.1
    ? `${bytes.toLocaleString('en')} bytes`
    : `${String(Math.round(megabytes * 10) / 10)} MB`;
}
