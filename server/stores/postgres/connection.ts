import pg from 'pg';
import { DatabaseOpenError, isConnectionLost } from './errors.ts';

/** A statement takes milliseconds, so one that takes this long is a fault. */
const STATEMENT_MILLIS = 30_000;
/** A client that falls silent in a transaction holds up the others: the server ends it. */
const IDLE_IN_TRANSACTION_MILLIS = 10_000;
const CONNECT_MILLIS = 10_000;

export interface ConnectionSettings {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly url: string;
  /** Most connections of this process, besides the one that listens. */
  readonly connections: number;
}

function clientConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'offcut',
    statement_timeout: STATEMENT_MILLIS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MILLIS,
    connectionTimeoutMillis: CONNECT_MILLIS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

export function newPool({ url, connections }: ConnectionSettings): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(url), max: connections, idleTimeoutMillis: 30_000 });
  // An idle connection that breaks is replaced when the next one is needed; whoever uses it then hears of trouble.
  pool.on('error', () => undefined);
  return pool;
}

/** One that no pool shares, to listen on. */
export function newClient(url: string): pg.Client {
  return new pg.Client({ ...clientConfig(url), statement_timeout: 0 });
}

/** Where a database is, as it may be printed: without user, password and parameters. */
export function describeUrl(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  return `${host}${port === '' ? '' : `:${port}`}${decodeURIComponent(pathname)}`;
}

/** What to tell the operator of a database that could not be opened. */
export function explained(cause: unknown, url: string): unknown {
  if (cause instanceof DatabaseOpenError) return cause;
  const where = describeUrl(url);
  if (isConnectionLost(cause)) {
    return new DatabaseOpenError(
      'database_unreachable',
      `PostgreSQL at ${where} does not answer (${messageOf(cause)}). Start it, or correct DATABASE_URL.`,
      { cause },
    );
  }
  if (cause instanceof pg.DatabaseError && /^(28|3D|42501|0A)/.test(cause.code ?? '')) {
    return new DatabaseOpenError(
      'database_refused',
      `PostgreSQL at ${where} refuses: ${cause.message}. Correct DATABASE_URL, or give its user that right.`,
      { cause },
    );
  }
  return cause;
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(messageOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
