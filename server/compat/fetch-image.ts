import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { QueueError } from '#queue/errors.ts';
import {
  createPublicFetch,
  NotPublicError,
  type PublicFetch,
  type PublicHosts,
} from '../http/public-fetch.ts';

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

/**
 * Fetches what clients name by URL, and nothing of the server's own network (see `createPublicFetch`): each redirect is
 * judged anew.
 */
export function createFetchImage(hosts: PublicHosts): FetchImage {
  const fetchPublic = createPublicFetch(hosts);
  return async (given, client) => {
    const signal = AbortSignal.any([client, AbortSignal.timeout(FETCH_SECONDS * 1000)]);
    let url = parse(given);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await tryGet(url, fetchPublic, signal);
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

const HEADERS = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'offcut' };

async function tryGet(url: URL, fetchPublic: PublicFetch, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    return await fetchPublic(url, { method: 'GET', headers: HEADERS, signal });
  } catch (cause) {
    if (cause instanceof NotPublicError) throw refused(url, cause.message);
    if (signal.aborted) throw unreachable(url, `it took longer than ${FETCH_SECONDS} seconds`, cause);
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it gives no answer';
    throw unreachable(url, code, cause);
  }
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

/** Never a query: it may hold a secret. */
function shown(url: string | URL): string {
  return String(url).split(/[?#]/, 1)[0]?.slice(0, 200) ?? '';
}

function refused(url: URL, why: string): QueueError {
  return new QueueError('url_refused', `${shown(url)} was not fetched: ${why}.`);
}

function unreachable(url: URL, why: string, cause?: unknown): QueueError {
  return new QueueError('url_unreachable', `${shown(url)} could not be fetched: ${why}.`, { cause });
}
