import type { MiddlewareHandler } from 'hono';
import type { ClientQueue } from '#queue/client-queue.ts';
import { QueueError } from '#queue/errors.ts';
import { rateLimited, type Access, type Client } from './access.ts';
import { rateHeaders } from './rate-limits.ts';

/** How soon a stream of events ends whose key was revoked. */
const LOOK_AGAIN_MILLIS = 2000;

export interface Gate {
  /** Lets a request through, once it is known whose it is. Mount it after what needs no key, before all else. */
  readonly middleware: MiddlewareHandler;
  readonly clientOf: (request: Request) => ClientQueue;
  /** @throws QueueError `operator_only` */
  readonly requireOperator: (request: Request) => void;
}

export function createGate(access: Access): Gate {
  const clients = new WeakMap<Request, Client>();

  const middleware: MiddlewareHandler = async (context, next) => {
    const { req, res } = context;
    const client = await access.identify(context).catch((cause: unknown) => {
      if (cause instanceof QueueError && cause.status === 401) {
        res.headers.set('www-authenticate', challenge(cause));
      }
      throw cause;
    });
    const sendsImages = req.method === 'POST' && /^multipart\//i.test(req.header('content-type') ?? '');
    const standings = await access.count(client, sendsImages);
    // Here, so that refusals have them as well.
    for (const [name, value] of Object.entries(rateHeaders(standings))) res.headers.set(name, value);
    const exceeded = standings.find((standing) => standing.exceeded);
    if (exceeded !== undefined) throw rateLimited(exceeded);
    if (sendsImages) await access.admitEarly(client);
    clients.set(req.raw, client);
    await next();
    if (context.res.headers.get('content-type')?.startsWith('text/event-stream')) {
      context.res = endingWith(context.res, () => access.isStillWelcome(client));
    }
  };

  function known(request: Request): Client {
    const client = clients.get(request);
    // A route before the gate, which is a mistake of ours: nobody's data for nobody.
    if (client === undefined) throw new Error(`${request.method} ${request.url} was not let in by the gate.`);
    return client;
  }

  return {
    middleware,
    clientOf: (request) => access.queueOf(known(request)),
    requireOperator(request) {
      const client = known(request);
      if (client.kind === 'local' || (client.kind === 'key' && client.key.operator)) return;
      throw new QueueError(
        'operator_only',
        'This concerns the jobs of all clients, so it needs the key of an operator: `offcut keys create <name> --operator` makes one.',
      );
    },
  };
}

/** RFC 6750: an error is named only where a key was shown. */
function challenge({ code }: QueueError): string {
  return `Bearer realm="offcut"${code === 'key_invalid' ? ', error="invalid_token"' : ''}`;
}

/** The same answer, which ends when its client is not welcome any more. */
function endingWith(response: Response, isWelcome: () => Promise<boolean>): Response {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) return response;
  const look = () =>
    void isWelcome().then(
      (welcome) => (welcome ? undefined : reader.cancel()),
      // A store that does not answer is no reason to end it.
      () => undefined,
    );
  const timer = setInterval(look, LOOK_AGAIN_MILLIS).unref();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        clearInterval(timer);
        throw cause;
      });
      if (!done) return controller.enqueue(value);
      clearInterval(timer);
      return controller.close();
    },
    cancel(reason) {
      clearInterval(timer);
      return reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
