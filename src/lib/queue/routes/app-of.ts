import { Hono } from 'hono';
import { QueueError } from '../errors.ts';
import { problemResponse } from '../problem.ts';
import type { RoutesHost } from './host.ts';

/** Some routes of the contract. */
export type Routes = (host: RoutesHost) => Hono;

/** These routes as one Hono app over the host's queue; what they throw is answered as problem details. */
export function appOf(host: RoutesHost, parts: readonly Routes[]): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('x-content-type-options', 'nosniff');
  });
  for (const routes of parts) app.route('/', routes(host));
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
