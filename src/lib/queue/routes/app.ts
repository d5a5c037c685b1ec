import type { Hono } from 'hono';
import { appOf } from './app-of.ts';
import { eventRoutes } from './events.ts';
import type { RoutesHost } from './host.ts';
import { jobRoutes } from './jobs.ts';
import { lineRoutes } from './line.ts';
import { removeBackgroundRoutes } from './remove-bg.ts';
import { resultRoutes } from './results.ts';
import { serviceRoutes } from './service.ts';
import { submitRoutes } from './submit.ts';

/** Paths that the contract answers; a host mounts the app for these alone. `/` is left to the host. */
export const CONTRACT_PATHS = /^\/(?:queue(?:\/|$)|remove-bg$|remove-bg-batch$|models$|health$)/;

/** The whole REST contract (docs/api.md) as one Hono app over the host's queue. */
export function createApp(host: RoutesHost): Hono {
  return appOf(host, [
    submitRoutes,
    jobRoutes,
    lineRoutes,
    resultRoutes,
    eventRoutes,
    removeBackgroundRoutes,
    serviceRoutes,
  ]);
}
