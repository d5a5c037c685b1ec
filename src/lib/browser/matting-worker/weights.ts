import { MattingError, throwIfAborted, toMattingError } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';
import { readKept } from '../weights-store.ts';
import { KEPT_ON_DEVICE, type ModelAtUrl } from './interface.ts';
import { faultOf } from './weights-fault.ts';

/**
 * The weights of a model, fetched from this origin (offline: out of the service worker's cache) and verified.
 * @throws MattingError `model_unavailable` when they cannot be fetched, `model_invalid` when they are other bytes
 */
export async function fetchWeights(
  { spec, weightsUrl }: ModelAtUrl,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const weights = await download(spec, weightsUrl, signal);
  throwIfAborted(signal);
  const fault = await faultOf(spec, weights);
  if (fault === undefined) return weights;
  throw new MattingError(
    'model_invalid',
    `The model ${spec.id} that was loaded is damaged: it ${fault}. Reload the page to fetch it again.`,
  );
}

async function download(spec: ModelSpec, url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (url === KEPT_ON_DEVICE) return new Uint8Array(await (await readKept(spec)).arrayBuffer());
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`${url} answered ${String(response.status)}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throwIfAborted(signal);
    throw toMattingError(
      cause,
      'model_unavailable',
      `The model ${spec.id} could not be loaded. Connect to the network once, so that it can be stored.`,
    );
  }
}
