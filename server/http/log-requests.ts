import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Logger } from '../log.ts';

/**
 * One line a request, when its answer begins: what changes something and what is refused at level info, mere reads
 * at debug. The answer's `x-request-id` finds its line.
 */
export function logRequests(log: Logger): MiddlewareHandler {
  return async (context, next) => {
    const began = performance.now();
    const request = randomUUID();
    await next();
    context.res.headers.set('x-request-id', request);
    const { method, path } = context.req;
    const { status } = context.res;
    const level = method === 'GET' && status < 400 ? 'debug' : 'info';
    const milliseconds = Math.round(performance.now() - began);
    log[level]({ event: 'request', request, method, path, status, milliseconds });
  };
}
