import { expose } from 'comlink';
import type { FetchOutcome, LinkWorker } from './interface.ts';

/** More than any picture that people link to. */
const MAX_BYTES = 100_000_000;
const SECONDS = 60;

/*
 * The only script of the app that asks another site for anything, when its user said so. The page itself may not: its
 * content security policy allows this origin alone. No cookies and no referrer go along.
 */
const service: LinkWorker = {
  async fetchPicture(url) {
    try {
      const response = await fetch(url, {
        mode: 'cors',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(SECONDS * 1_000),
      });
      if (!response.ok) return { kind: 'refused', status: response.status };
      return await read(response);
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === 'TimeoutError') return { kind: 'slow' };
      // Browsers do not tell what forbids sharing from a site that is down.
      return { kind: 'closed' };
    }
  },
};

async function read(response: Response): Promise<FetchOutcome> {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  if (/^(?:text|video|audio)\//.test(type)) {
    await response.body?.cancel();
    return { kind: 'no-picture', type };
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
    bytes += next.value.length;
    if (bytes > MAX_BYTES) {
      await reader?.cancel();
      return { kind: 'too-large' };
    }
    chunks.push(next.value);
  }
  return { kind: 'picture', blob: new Blob(chunks, { type }) };
}

expose(service);
