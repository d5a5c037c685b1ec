import { Hono } from 'hono';
import type { RoutesHost } from '#queue/routes/host.ts';
import type { Config } from '../config.ts';
import { createReadForm, type BodyLimits } from '../http/read-form.ts';
import { createFetchImage, fetchNothing } from './fetch-image.ts';
import type { CompatHost } from './host.ts';
import { rembgRoutes } from './rembg/routes.ts';
import { errorResponse } from './removebg/errors.ts';
import { removeBgRoutes } from './removebg/routes.ts';

const MIB = 1024 * 1024;

/** Paths that these answer. */
export const COMPAT_PATHS = /^\/(?:api\/remove$|v1\.0(?:\/|$))/;

/** What `GET /` says of them. */
export const COMPAT_ENDPOINTS = {
  'POST /api/remove': 'as the rembg server: "file" in, its cutout out',
  'GET /api/remove': 'the same for a url; off unless OFFCUT_FETCH_URLS is set',
  'POST /v1.0/removebg': 'as remove.bg: "image_file" in, its cutout out',
  'GET /v1.0/account': 'as remove.bg',
} as const;

/** The interfaces of other services (docs/compatibility.md), so that their clients work unchanged. */
export function compatRoutes(routesHost: RoutesHost, config: Config, body: BodyLimits): Hono {
  // One image as base64, one as a file, and the text about them: base64 is held in memory.
  const maxBytes = Math.min(config.maxRequestBytes, Math.ceil((config.maxFileBytes * 7) / 3) + MIB);
  const host: CompatHost = {
    ...routesHost,
    readForm: createReadForm({ ...body, maxBytes }),
    fetchImage: config.fetchUrls
      ? createFetchImage({ privateHosts: config.fetchPrivateHosts })
      : fetchNothing,
  };
  const app = new Hono();
  app.route('/', rembgRoutes(host));
  app.route('/', removeBgRoutes(host));
  return app;
}

/** A refusal from before these routes, such as of a key, in the words of the service whose path it is. */
export function refusalOf(path: string, error: unknown): Response | undefined {
  return /^\/v1\.0(?:\/|$)/.test(path) ? errorResponse(error) : undefined;
}
