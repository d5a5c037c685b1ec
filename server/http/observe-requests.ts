import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { HttpMetrics } from '../metrics/http-metrics.ts';

/** Strangers may call a method what they like. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Counts requests and their times by route, and open streams of events. */
export function observeRequests(
  metrics: HttpMetrics,
  routeOf: (path: string) => string,
): MiddlewareHandler<{ Bindings: Partial<HttpBindings> }> {
  return async (context, next) => {
    const began = performance.now();
    await next();
    const { method, path } = context.req;
    metrics.answered({
      method: METHODS.includes(method) ? method : 'other',
      route: routeOf(path),
      status: context.res.status,
      seconds: (performance.now() - began) / 1000,
    });
    if (context.res.headers.get('content-type')?.startsWith('text/event-stream')) {
      context.env.outgoing?.once('close', metrics.streamOpened());
    }
  };
}
