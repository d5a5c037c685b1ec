import { Hono } from 'hono';
import { QueueError } from '../errors.ts';
import { problemResponse } from '../problem.ts';
import { eventRoutes } from './events.ts';
import type { RoutesHost } from './host.ts';
import { jobRoutes } from './jobs.ts';
import { removeBackgroundRoutes } from './remove-bg.ts';
import { resultRoutes } from './results.ts';
import { serviceRoutes } from './service.ts';
import { submitRoutes } from './submit.ts';

/** Paths that the contract answers; a host mounts the app for these alone. `/` is left to the host. */
export const CONTRACT_PATHS = /^\/(?:queue(?:\/|$)|remove-bg$|remove-bg-batch$|models$|health$)/;

/** The whole REST contract (docs/api.md) as one Hono app over the host's queue. */
export function createApp(host: RoutesHost): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('x-content-type-options', 'nosniff');
  });
  app.route('/', submitRoutes(host));
  app.route('/', jobRoutes(host));
  app.route('/', resultRoutes(host));
  app.route('/', eventRoutes(host));
  app.route('/', removeBackgroundRoutes(host));
  app.route('/', serviceRoutes(host));
  app.onError((cause, context) => {
    if (!(cause instanceof QueueError) || cause.status >= 500) host.onError(cause, context.req.raw);
    return problemResponse(cause);
  });
  app.notFound((context) =>
    problemResponse(
      new QueueError(
        'route_not_found',
        `There is no ${context.req.method} ${context.req.path}. See GET / for the routes.`,
      ),
    ),
  );
  return app;
}
