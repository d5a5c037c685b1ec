import type { ModelSpec } from '#matting/model.ts';
import { QueueError } from '#queue/errors.ts';
import { faultOf } from './matting-worker/weights-fault.ts';
import { countParts, dropKept, keepDescription, keepPart, PART_BYTES, readKept } from './weights-store.ts';

export interface DownloadControl {
  readonly signal: AbortSignal;
  /** Bytes that are kept. */
  readonly onProgress: (received: number) => void;
}

/**
 * Fetches a model's weights from this origin, which is the only one that the page may talk to, from where an earlier
 * download stopped, and keeps them once their checksum is right.
 * @throws QueueError; what came is kept for the next attempt
 */
export async function downloadWeights(model: ModelSpec, control: DownloadControl): Promise<void> {
  const parts = await countParts(model);
  if (parts * PART_BYTES < model.bytes) await fetchParts(model, parts, control);
  const fault = await faultOf(model, new Uint8Array(await (await readKept(model)).arrayBuffer()));
  if (fault === undefined) {
    await keepDescription(model);
    return;
  }
  await dropKept(model);
  throw new QueueError(
    'internal_error',
    `The model ${model.id} came damaged: it ${fault}. Download it again.`,
  );
}

async function fetchParts(
  model: ModelSpec,
  done: number,
  { signal, onProgress }: DownloadControl,
): Promise<void> {
  const from = done * PART_BYTES;
  const response = await ask(model, from, signal);
  // A server that knows no ranges sends all of it again.
  let part = response.status === 206 ? done : 0;
  let buffer: Uint8Array<ArrayBuffer>[] = [];
  let buffered = 0;
  const keep = async () => {
    await keepPart(model, part, new Blob(buffer));
    part += 1;
    buffer = [];
    buffered = 0;
  };
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read().catch((cause: unknown) => {
      throw broken(model, cause, signal);
    });
    if (next?.value === undefined) break;
    let rest = next.value;
    while (buffered + rest.length >= PART_BYTES) {
      const taken = rest.subarray(0, PART_BYTES - buffered);
      rest = rest.subarray(taken.length);
      buffer.push(taken);
      await keep();
    }
    if (rest.length > 0) buffer.push(rest);
    buffered += rest.length;
    onProgress(part * PART_BYTES + buffered);
  }
  if (part * PART_BYTES + buffered < model.bytes) throw broken(model, undefined, signal);
  if (buffered > 0) await keep();
}

async function ask(model: ModelSpec, from: number, signal: AbortSignal): Promise<Response> {
  const url = `/weights/${model.file}?v=${model.sha256.slice(0, 16)}`;
  const headers: HeadersInit = from > 0 ? { range: `bytes=${String(from)}-` } : {};
  // Kept here, so not in the browser's own cache as well.
  const response = await fetch(url, { headers, signal, cache: 'no-store' }).catch((cause: unknown) => {
    throw broken(model, cause, signal);
  });
  if (response.ok && !response.headers.get('content-type')?.includes('text/html')) return response;
  throw new QueueError(
    'model_not_installed',
    `The server of this page does not have the model ${model.id}. Its operator gets it with: npx offcut models pull ${model.id}`,
  );
}

function broken({ id }: ModelSpec, cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return new QueueError(
    'internal_error',
    `The download of ${id} broke off. It goes on from there when you start it again.`,
    { cause },
  );
}
