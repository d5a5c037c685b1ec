/* What is in Cache Storage: the app as the service worker stored it, and weights that were downloaded. */

export interface CachedBytes {
  app: number;
  runtime: number;
  /** Of the default model, which comes with the app. */
  defaultModel: number;
}

const RUNTIME = /\/ort-wasm[^/]*\.(?:wasm|mjs)$/;
const WEIGHTS = /\.onnx$/;
/** The service worker's: what it stores at once, and on first use. Weights have a list of their own (weights-store.ts). */
const OF_THE_APP = /^(?:workbox-precache|offcut-on-use)/;

/** Sizes of what is stored under names that never change their content. */
const known = new Map<string, number>();

/** Nothing where the browser has no such storage, or forbids it. */
export async function measureCaches(): Promise<CachedBytes> {
  const bytes: CachedBytes = { app: 0, runtime: 0, defaultModel: 0 };
  try {
    for (const name of await caches.keys()) {
      if (!OF_THE_APP.test(name)) continue;
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const size = await sizeOf(cache, request);
        const { pathname } = new URL(request.url);
        if (RUNTIME.test(pathname)) bytes.runtime += size;
        else if (WEIGHTS.test(pathname)) bytes.defaultModel += size;
        else bytes.app += size;
      }
    }
  } catch {
    // Forbidden: then nothing is kept there.
  }
  return bytes;
}

/** `Content-Length` would be that of the compressed transfer. */
async function sizeOf(cache: Cache, request: Request): Promise<number> {
  const size = known.get(request.url) ?? (await (await cache.match(request))?.blob())?.size ?? 0;
  known.set(request.url, size);
  return size;
}
