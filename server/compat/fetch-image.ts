import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { QueueError } from '#queue/errors.ts';
import { isPublicAddress } from './public-address.ts';

export const MAX_FETCH_BYTES = 50 * 1024 * 1024;
const MAX_REDIRECTS = 5;
const FETCH_SECONDS = 30;

export interface FetchedImage {
  /** To be read to its end, or cancelled, within the time limit. Not yet bounded: see `MAX_FETCH_BYTES`. */
  readonly body: ReadableStream<Uint8Array>;
  readonly mediaType: string;
  readonly filename: string;
}

export type FetchImage = (url: string, signal: AbortSignal) => Promise<FetchedImage>;

export interface FetchSettings {
  /** Hosts that may be fetched from wherever they are, in lower case. */
  readonly privateHosts: readonly string[];
  /** All addresses of a host. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/**
 * Fetches what clients name by URL, and nothing of the server's own network: every address of a host must be public,
 * the connection goes to the very address that was checked (so a name cannot point elsewhere a moment later), and each
 * redirect is judged anew.
 */
export function createFetchImage({ privateHosts, resolve = resolveAll }: FetchSettings): FetchImage {
  async function addressOf(url: URL, signal: AbortSignal): Promise<string> {
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const addresses = isIP(host) ? [host] : await abortable(resolve(host), signal);
    const [first] = addresses;
    if (first === undefined) throw unreachable(url, 'it has no address');
    if (!privateHosts.includes(host) && !addresses.every(isPublicAddress)) throw notPublic(url);
    return first;
  }

  return async (given, client) => {
    const signal = AbortSignal.any([client, AbortSignal.timeout(FETCH_SECONDS * 1000)]);
    let url = parse(given);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await tryGet(url, () => addressOf(url, signal), signal);
      const target = redirectOf(answer);
      if (target === undefined) return imageOf(url, answer);
      answer.destroy();
      if (redirects === MAX_REDIRECTS) throw refused(url, `it redirects more than ${MAX_REDIRECTS} times`);
      url = parse(target, url);
    }
  };
}

/** For a server that fetches nothing. */
export const fetchNothing: FetchImage = (url) =>
  Promise.reject(
    new QueueError(
      'url_fetch_off',
      `This server fetches no images from the network, and "${shown(url)}" would have to be. Send the file itself, or have the server started with OFFCUT_FETCH_URLS=1.`,
    ),
  );

async function resolveAll(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address);
}

function parse(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (url === null) {
    throw new QueueError(
      'url_refused',
      `"${shown(text)}" is no URL. Use one such as https://example.com/photo.jpg.`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(url, 'it is neither http nor https');
  if (url.username !== '' || url.password !== '') throw refused(url, 'it carries a user name or password');
  return url;
}

async function tryGet(
  url: URL,
  addressOf: () => Promise<string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    return await get(url, await addressOf(), signal);
  } catch (cause) {
    if (cause instanceof QueueError) throw cause;
    if (signal.aborted) throw unreachable(url, `it took longer than ${FETCH_SECONDS} seconds`, cause);
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it gives no answer';
    throw unreachable(url, code, cause);
  }
}

async function get(url: URL, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const family = isIP(address);
  const pinned: LookupFunction = (_host, options, callback) => {
    if (options.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
  const { request } = url.protocol === 'https:' ? https : http;
  const sent = request(url, {
    lookup: pinned,
    // No connection is shared: one to an address that was checked for another request must not be taken.
    agent: false,
    signal,
    headers: { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'offcut' },
  });
  // Whoever waits hears of an error; one that comes when nobody waits any more must not end the process.
  sent.on('error', () => undefined);
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode) ? headers.location : undefined;
}

function imageOf(url: URL, answer: IncomingMessage): FetchedImage {
  const { statusCode, headers } = answer;
  const fault =
    statusCode !== 200
      ? `it answers ${String(statusCode)}`
      : Number(headers['content-length'] ?? 0) > MAX_FETCH_BYTES
        ? `it is larger than ${MAX_FETCH_BYTES / 1024 / 1024} MB`
        : (headers['content-encoding'] ?? 'identity') !== 'identity'
          ? 'its answer is compressed, unasked'
          : undefined;
  if (fault !== undefined) {
    answer.destroy();
    throw unreachable(url, fault);
  }
  const filename = url.pathname.split('/').at(-1) ?? '';
  const mediaType = headers['content-type']?.split(';')[0] ?? 'application/octet-stream';
  return { body: Readable.toWeb(answer) as ReadableStream<Uint8Array>, mediaType, filename };
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Never a query: it may hold a secret. */
function shown(url: string | URL): string {
  return String(url).split(/[?#]/, 1)[0]?.slice(0, 200) ?? '';
}

function refused(url: URL, why: string): QueueError {
  return new QueueError('url_refused', `${shown(url)} was not fetched: ${why}.`);
}

function notPublic(url: URL): QueueError {
  return refused(url, `the host "${url.hostname}" is not on the public Internet`);
}

function unreachable(url: URL, why: string, cause?: unknown): QueueError {
  return new QueueError('url_unreachable', `${shown(url)} could not be fetched: ${why}.`, { cause });
}
