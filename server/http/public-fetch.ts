import { abortReason } from '#queue/abort-reason.ts';
import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** Nothing was sent: the address is one that strangers must not make this server talk to. */
export class NotPublicError extends Error {
  override readonly name = 'NotPublicError';
}

export interface PublicHosts {
  /** Hosts that may be asked wherever they are, in lower case. */
  readonly privateHosts: readonly string[];
  /** All addresses of a host. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

export interface PublicRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends it at any time: while the name is resolved, while it is sent, while the answer is read. */
  readonly signal: AbortSignal;
}

/** Sends a request and answers its response, of which no byte of the body is read yet. Redirects are not followed. */
export type PublicFetch = (url: URL, request: PublicRequest) => Promise<IncomingMessage>;

/**
 * Asks hosts that strangers name, and nothing of the server's own network: every address of a host must be public, and
 * the connection goes to the very address that was checked, so a name cannot point elsewhere a moment later (DNS
 * rebinding).
 *
 * The answer throws NotPublicError, the signal's reason, or what Node says of a connection.
 */
export function createPublicFetch({ privateHosts, resolve = resolveAll }: PublicHosts): PublicFetch {
  async function addressOf(url: URL, signal: AbortSignal): Promise<string> {
    const host = hostOf(url);
    const addresses = isIP(host) ? [host] : await abortable(resolve(host), signal);
    const [first] = addresses;
    if (first === undefined) throw new Error(`The host "${host}" has no address.`);
    if (!privateHosts.includes(host) && !addresses.every(isPublicAddress)) {
      throw new NotPublicError(`the host "${url.hostname}" is not on the public Internet`);
    }
    return first;
  }

  return async (url, { body, ...options }) => {
    const address = await addressOf(url, options.signal);
    return send(url, { ...options, lookup: pinnedTo(address) }, body);
  };
}

/** In lower case, an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

async function resolveAll(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address);
}

function pinnedTo(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, callback) => {
    if (options.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

async function send(url: URL, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  // No connection is shared: one to an address that was checked for another request must not be taken.
  const sent = request(url, { ...options, agent: false });
  // Whoever waits hears of an error; one that comes when nobody waits any more must not end the process.
  sent.on('error', () => undefined);
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(abortReason(signal));
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
