import pg from 'pg';
import { QueueError } from '#queue/errors.ts';

/** PostgreSQL cannot be used for the queue. The message names the server (without its password), cause and remedy. */
export class DatabaseOpenError extends Error {
  override readonly name = 'DatabaseOpenError';
  readonly code: 'database_unreachable' | 'database_refused' | 'database_too_new';

  constructor(code: DatabaseOpenError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/*
 * SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) and codes of Node's sockets that say
 * that the connection is gone, or that there cannot be one for now: the server is starting, stopping, or has crashed.
 */
const LOST = new Set([
  ...['57P01', '57P02', '57P03', '57P05', '25P03', '53300'],
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ],
]);

/** Another transaction was in the way, and this one was rolled back whole. */
const IN_THE_WAY = new Set(['40001', '40P01', '55P03']);

const DISK_FULL = '53100';

/** Of pg itself, which gives these no code. */
const LOST_MESSAGES =
  /Connection terminated|Client was closed|timeout exceeded when trying to connect|not queryable/;

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

/** True when the connection was lost, so that nobody knows whether the last statement was done. */
export function isConnectionLost(cause: unknown): boolean {
  // Node tries all addresses of a name, and reports their failures together.
  if (cause instanceof AggregateError) return cause.errors.some(isConnectionLost);
  const code = codeOf(cause);
  if (code !== undefined && (LOST.has(code) || code.startsWith('08'))) return true;
  return cause instanceof Error && !(cause instanceof pg.DatabaseError) && LOST_MESSAGES.test(cause.message);
}

/** True when the same transaction may succeed if it is tried again. */
export function isPassing(cause: unknown): boolean {
  return isConnectionLost(cause) || IN_THE_WAY.has(codeOf(cause) ?? '');
}

/** Connection lost and disk full as refusals that a client can understand; anything else as it is. */
export function asRefusal(cause: unknown): unknown {
  if (isPassing(cause)) {
    return new QueueError(
      'storage_unavailable',
      'The database of the queue does not answer, so nothing was stored. Try again in some seconds.',
      { cause },
    );
  }
  if (codeOf(cause) === DISK_FULL) {
    return new QueueError(
      'storage_full',
      'The disk of the queue’s database is full, so nothing was stored. Free some space on it, then try again.',
      { cause },
    );
  }
  return cause;
}
