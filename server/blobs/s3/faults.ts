import { setTimeout as delay } from 'node:timers/promises';
import { QueueError } from '#queue/errors.ts';

/** The first try, and three more: after a fifth of a second, then twice as long each time. */
export const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;

/** What an error of the SDK says of itself. Errors of the network have a `code`, answers a status. */
interface Fault {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const NETWORK = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
const FULL = new Set([
  'QuotaExceeded',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'InsufficientStorage',
]);

export function statusOf(cause: unknown): number | undefined {
  return (cause as Fault | undefined)?.$metadata?.httpStatusCode;
}

export function isNotFound(cause: unknown): boolean {
  return statusOf(cause) === 404;
}

/** May the same request succeed in a moment? */
function isTransient(cause: unknown): boolean {
  const { name = '', code = '' } = (cause ?? {}) as Fault;
  const status = statusOf(cause) ?? 0;
  return (
    status >= 500 ||
    status === 429 ||
    NETWORK.has(code) ||
    name === 'TimeoutError' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE'
  );
}

/** Waits before try number `attempt` (from 1); throws `cause` when there is no sense in one. */
export async function beforeRetry(cause: unknown, attempt: number): Promise<void> {
  if (attempt >= ATTEMPTS || !isTransient(cause) || isFull(cause)) throw cause;
  // Up to half is left to chance, so that those who failed together do not come back together.
  await delay(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (1 - Math.random() / 2));
}

/** Sends what the SDK cannot send again by itself: a body that is a stream. `send` makes a new one each time. */
export async function withRetries<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (cause) {
      await beforeRetry(cause, attempt);
    }
  }
}

function isFull(cause: unknown): boolean {
  const { name = '', code = '' } = (cause ?? {}) as Fault;
  return FULL.has(name) || statusOf(cause) === 507 || code === 'ENOSPC' || code === 'EDQUOT';
}

/** A fault as clients are told of it; what is not the storage's stays as it is. */
export function asRefusal(cause: unknown): unknown {
  if (isFull(cause)) {
    return new QueueError(
      'storage_full',
      'The storage that keeps the images is full, so nothing was stored. Make room there, then try again.',
      { cause },
    );
  }
  if (isTransient(cause)) {
    return new QueueError(
      'storage_unavailable',
      'The storage that keeps the images does not answer. Try again in a minute.',
      { cause },
    );
  }
  return cause;
}
