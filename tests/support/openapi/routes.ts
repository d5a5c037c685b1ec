import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { createApp } from '#queue/routes/app.ts';
import { createApi, gateOf, routesHost, type ApiSettings } from '../../../server/api.ts';
import { readConfig } from '../../../server/config.ts';
import { createLog } from '../../../server/log.ts';
import { Metrics } from '../../../server/metrics/metrics.ts';
import type { OpenApiDocument } from '../../../server/openapi/document.ts';
import { headroomOf } from '../../../server/limits/headroom.ts';
import { openKeys, openQueue, openRates, openUploads } from '../../../server/storage.ts';
import { Uploads } from '../../../server/uploads/uploads.ts';

/** Files that the pages ask for are no interface. */
const ASSETS = /^GET \/docs\//;

/** Such as `GET /queue/job/{id}`, sorted. */
export function describedRoutes({ paths }: OpenApiDocument): string[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();
}

/** All that the real app routes, in the same words. */
export async function routesOfTheApp(): Promise<string[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'offcut-test-'));
  const config = readConfig({ OFFCUT_DATA_DIR: dataDir, OFFCUT_LOG: 'silent' });
  const log = createLog(config.log);
  const queue = await openQueue(config);
  const keys = await openKeys(config);
  const store = await openUploads(config);
  const closing = new AbortController().signal;
  try {
    const settings: ApiSettings = {
      config,
      queue,
      keys,
      uploads: new Uploads({ store, queue, config, headroom: headroomOf(config), closing }),
      rates: await openRates(config),
      log,
      metrics: new Metrics(queue, log, dataDir),
      missing: async () => [],
      runners: { total: async () => ({ runners: 1, concurrency: 1 }) },
      closing,
    };
    const routes = [createApi(settings), createApp(routesHost(settings, gateOf(settings)))].flatMap(routesOf);
    return [...new Set(routes)].filter((route) => !ASSETS.test(route)).sort();
  } finally {
    await Promise.all([queue.store.close(), keys.close(), store.close()]);
    await rm(dataDir, { recursive: true });
  }
}

/** Middleware and what catches the rest have a `*`. */
function routesOf({ routes }: Hono): string[] {
  return routes
    .filter(({ path }) => !path.includes('*'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^/]*\})?/g, '{$1}')}`);
}
