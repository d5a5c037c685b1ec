import type { MiddlewareHandler } from 'hono';
import { QueueError } from '#queue/errors.ts';

export interface GuardSettings {
  /** Address that the server is bound to. */
  readonly host: string;
  /** Further names by which clients may address it, without a port. */
  readonly allowedHosts: readonly string[];
  /** Whose pages may use it from a browser, besides its own. */
  readonly corsOrigins: readonly string[];
}

const READS = ['GET', 'HEAD', 'OPTIONS'];
/** Where even a GET makes the server work, and fetch what it names. */
const WORKS = ['/api/remove'];

/**
 * Keeps other web sites out: a page that the user happens to have open must neither use this server nor, through a
 * host name that it lets point to 127.0.0.1 (DNS rebinding), read from it. Clients that are no browsers send neither
 * `Origin` nor `Sec-Fetch-Site` and pass unchanged. So do pages of the origins that the operator allows (cors.ts).
 */
export function guard({ host, allowedHosts, corsOrigins }: GuardSettings): MiddlewareHandler {
  const local = isLoopback(host);
  const mayBeNamed = (name: string) =>
    allowedHosts.includes(name) || (local ? isLoopback(name) : allowedHosts.length === 0);
  return async (context, next) => {
    const addressed = context.req.header('host') ?? '';
    if (!mayBeNamed(hostname(addressed))) throw foreignHost(addressed);
    const { method, path } = context.req;
    const isHarmless =
      (READS.includes(method) && !WORKS.includes(path)) ||
      corsOrigins.includes(context.req.header('origin') ?? '');
    if (!isHarmless && isForeign(context.req.raw, addressed, allowedHosts)) {
      throw crossSite(context.req.raw);
    }
    await next();
  };
}

/** `localhost:5000`, `127.0.0.1`, `[::1]:5000`: the name without the port. */
function hostname(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

export function isLoopback(name: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(name);
}

/**
 * Browsers say where a request comes from. `same-site` is foreign too: it is another port of this machine.
 * Older ones send `Origin` only, which must then name this server.
 */
function isForeign({ headers }: Request, addressed: string, allowedHosts: readonly string[]): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = headers.get('origin');
  if (origin === null) return false;
  const url = URL.parse(origin);
  return url === null || (url.host !== addressed.toLowerCase() && !allowedHosts.includes(url.hostname));
}

function foreignHost(addressed: string): QueueError {
  return new QueueError(
    'host_mismatch',
    `This server does not answer for "${addressed}". Use http://localhost or http://127.0.0.1 with its port, or name the host in OFFCUT_ALLOWED_HOSTS.`,
    { fields: { host: addressed } },
  );
}

function crossSite({ headers }: Request): QueueError {
  const origin = headers.get('origin') ?? 'another site';
  return new QueueError(
    'cross_site',
    `This request comes from a page of ${origin}; only this server's own pages, and programs that are no browsers, may change anything here.`,
    { fields: { origin } },
  );
}
