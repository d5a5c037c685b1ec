/// <reference lib="webworker" />
import { addPlugins, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { readWholeForm } from '#queue/read-whole-form.ts';
import { CONTRACT_PATHS, createApp } from '#queue/routes/app.ts';
import { openDevice, type Device } from '$lib/browser/device.ts';
import { listModels } from '$lib/browser/models.ts';
import { findAdapter } from '$lib/browser/matting-worker/adapter.ts';
import type { SavingRequest } from '$lib/browser/saving-messages.ts';
import { syncInBackground } from '$lib/browser/service-worker/background-sync.ts';
import { OUTBOX_TAG } from '$lib/browser/sync/outbox-tag.ts';
import { announceSaving, answerSaving } from '$lib/browser/service-worker/saving.ts';
import { TO_SERVER } from '$lib/browser/sync/to-server.ts';
import { SHARE_PATH, takeShare } from '$lib/browser/service-worker/sharing.ts';
import { STORING_CHANNEL, type StoringMessage } from '$lib/browser/offline-messages.ts';

/*
 * Answers the contract out of the device's storage, and everything else out of the cache. It may be stopped and started
 * again at any moment, so it holds no state; the leader tab does the work.
 */

const scope = globalThis as unknown as ServiceWorkerGlobalScope;

/** onnxruntime for WebGPU: 27 MB, which only devices with such an adapter need. */
const WEBGPU_RUNTIME = /\/ort-wasm[^/]*\.asyncify[^/]*\.wasm$/;
/** The decoder for HEIC: 1.5 MB, which only those with such photos need. */
const HEIC_DECODER = /\/libheif[^/]*\.(?:wasm|js)$/;
const isOnUse = (url: string) => WEBGPU_RUNTIME.test(url) || HEIC_DECODER.test(url);
/** What the server alone can show; the app has no page of these names. */
const SERVER_PAGES = /^\/(?:docs|openapi\.json|metrics|ready|weights|api|v1\.0)(?:[/?]|$)/;
/** What is fetched when it is used first, and kept from then on. */
const ON_USE_CACHE = 'offcut-on-use';

const files = __OFFCUT_FILES__;
const required = files.filter(({ url }) => !isOnUse(url));
const onUse = files.filter(({ url }) => isOnUse(url)).map(({ url }) => url);

let device: Device | undefined;

// First of all listeners: no request of the contract may reach the network, least of all one with an image.
scope.addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== scope.location.origin) return;
  const answer = answerOurs(event.request, pathname);
  if (answer === undefined) return;
  event.stopImmediatePropagation();
  event.respondWith(answer);
});

function answerOurs(request: Request, pathname: string): Response | Promise<Response> | undefined {
  // For the server itself, from the worker that syncs with it.
  if (request.headers.has(TO_SERVER)) return undefined;
  if (pathname === SHARE_PATH && request.method === 'POST') return takeShare(request);
  if (!CONTRACT_PATHS.test(pathname)) return answerSaving(pathname);
  device ??= openDevice({ createApp, readForm: readWholeForm, models: listModels });
  return device.app.fetch(request);
}

scope.addEventListener('install', (event) => {
  event.waitUntil(storeWebGpuRuntime().catch(() => undefined));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([scope.clients.claim(), dropOldOnUse()]));
});

scope.addEventListener('message', ({ data, ports: [port] }: ExtendableMessageEvent) => {
  const message = data as { type?: unknown } | null;
  // Sent by the page when the user applies the update.
  if (message?.type === 'SKIP_WAITING') void scope.skipWaiting();
  if (message?.type === 'SAVE' && port) announceSaving(data as SavingRequest, port);
});

scope.addEventListener('sync', (event) => {
  const sync = event as ExtendableEvent & { readonly tag: string };
  if (sync.tag === OUTBOX_TAG) sync.waitUntil(syncInBackground());
});

addPlugins([tellProgress()]);
precacheAndRoute(required.map(({ url, revision }) => ({ url, revision })));
registerRoute(
  ({ url }) => onUse.includes(url.pathname),
  ({ request }) => firstFromCache(request),
);
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [SERVER_PAGES] }));

/** Tells the pages how much of the app is stored, while it is fetched. */
function tellProgress() {
  const channel = new BroadcastChannel(STORING_CHANNEL);
  const sizes = new Map(required.map(({ url, bytes }) => [url, bytes]));
  const total = sum(sizes.values());
  const stored = new Map<string, number>();
  let told = 0;
  const tell = (url: string, bytes: number) => {
    stored.set(url, Math.min(bytes, sizes.get(url) ?? 0));
    const fraction = sum(stored.values()) / total;
    if (fraction < Math.min(told + 0.01, 1)) return;
    told = fraction;
    channel.postMessage({ fraction } satisfies StoringMessage);
  };
  return {
    // Reads a copy: the runtime alone is three quarters of all there is to store.
    fetchDidSucceed: async ({ request, response }: { request: Request; response: Response }) => {
      const { pathname } = new URL(request.url);
      void countBytes(response.clone(), (bytes) => {
        tell(pathname, bytes);
      }).catch(() => undefined);
      return response;
    },
    // Also called for what was stored by the version before.
    handlerDidComplete: async ({ request, event }: { request: Request; event: ExtendableEvent }) => {
      if (event.type === 'install') tell(new URL(request.url).pathname, Infinity);
    },
  };
}

async function countBytes({ body }: Response, tell: (bytes: number) => void): Promise<void> {
  let bytes = 0;
  await body?.pipeTo(
    new WritableStream<Uint8Array>({
      write: (chunk) => {
        tell((bytes += chunk.length));
      },
    }),
  );
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

async function storeWebGpuRuntime(): Promise<void> {
  if ((await findAdapter()).kind !== 'hardware') return;
  const runtime = onUse.filter((url) => WEBGPU_RUNTIME.test(url));
  await Promise.all(runtime.map((url) => firstFromCache(new Request(url))));
}

async function firstFromCache(request: Request): Promise<Response> {
  const cache = await caches.open(ON_USE_CACHE);
  const cached = await cache.match(request);
  if (cached !== undefined) return cached;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function dropOldOnUse(): Promise<void> {
  const cache = await caches.open(ON_USE_CACHE);
  for (const request of await cache.keys()) {
    if (!onUse.includes(new URL(request.url).pathname)) await cache.delete(request);
  }
}
