import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { QueueError } from '#queue/errors.ts';

const STREAMS = /^\/queue\/(?:job\/[^/]+\/)?events$/;
const RETRY_SECONDS = 10;

/**
 * Bounds how many streams of events one client holds open: each costs a connection, and work at every change.
 * @param clientOf whose request it is
 */
export function limitStreams(
  maxStreams: number,
  clientOf: (request: Request, remoteAddress: string) => string,
): MiddlewareHandler<{ Bindings: HttpBindings }> {
  const open = new Map<string, number>();
  return async (context, next) => {
    if (!STREAMS.test(context.req.path)) return next();
    const { incoming, outgoing } = context.env;
    const client = clientOf(context.req.raw, incoming.socket.remoteAddress ?? '');
    const count = open.get(client) ?? 0;
    if (count >= maxStreams) throw tooManyStreams(maxStreams);
    open.set(client, count + 1);
    outgoing.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left === 0) open.delete(client);
      else open.set(client, left);
    });
    return next();
  };
}

function tooManyStreams(maxStreams: number): QueueError {
  return new QueueError(
    'too_many_streams',
    `This client has ${String(maxStreams)} streams of events open, which is the most. Close some, follow all jobs on one (GET /queue/events), or poll GET /queue/changes.`,
    { fields: { max_streams: maxStreams }, retryAfterSeconds: RETRY_SECONDS },
  );
}
