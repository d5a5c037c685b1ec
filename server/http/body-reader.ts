import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';

/** A request's body, chunk by chunk; after the last one `undefined`. One `next` at a time. */
export interface BodyReader {
  /** @throws {Error} when the client goes away before the end */
  next(): Promise<Uint8Array | undefined>;
  /** Is the memory of its chunks nobody else's? */
  readonly ownsChunks: boolean;
  /** Reads no more. What still comes is the connection's business. */
  stop(): void;
}

const messages = new WeakMap<Request, IncomingMessage>();

/** Lets `bodyOf` read a request's body where it comes in. */
export const keepIncoming: MiddlewareHandler<{ Bindings: Partial<HttpBindings> }> = async (context, next) => {
  const { incoming } = context.env;
  if (incoming !== undefined) messages.set(context.req.raw, incoming);
  await next();
};

/**
 * `request.body` copies every chunk, and holds some in each of the streams that it is made of: with a hundred
 * uploads, 100 MB more than this, which takes them from Node as they are.
 * @returns `undefined` when there is no body
 */
export function bodyOf(request: Request): BodyReader | undefined {
  const incoming = messages.get(request);
  if (incoming !== undefined) return readerOf(incoming);
  const body = request.body as ReadableStream<Uint8Array> | null;
  const reader = body?.getReader();
  if (reader === undefined) return undefined;
  return {
    ownsChunks: false,
    next: async () => (await reader.read()).value,
    // Not awaited: a client that stalls must not keep its answer from being sent.
    stop: () => void reader.cancel().catch(() => undefined),
  };
}

function readerOf(incoming: IncomingMessage): BodyReader {
  // Destroyed, it would take the connection with it, and the answer.
  const chunks = incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array, undefined>;
  return {
    ownsChunks: true,
    next: async () => (await chunks.next()).value,
    stop: () => void chunks.return?.().catch(() => undefined),
  };
}
