import { createHash } from 'node:crypto';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { EVERYBODY, type RateStorage } from '../../access/rate-limits.ts';
import { newPool } from './connection.ts';

const CONNECTIONS = 2;

/**
 * Counts in the queue's database, which all its servers share. While that does not answer, each counts for itself. The
 * queue must have been opened before.
 */
export function openPostgresRates(url: string): RateStorage {
  const pool = newPool({ url, connections: CONNECTIONS });
  return {
    limiter: (name, memory) =>
      new RateLimiterPostgres({
        ...EVERYBODY,
        keyPrefix: name,
        storeClient: pool,
        schemaName: 'offcut',
        tableName: 'rates',
        tableCreated: true,
        insuranceLimiter: memory,
      }),
    // The same in all servers, and in nobody else's hands.
    salt: createHash('sha256').update(`rates ${url}`).digest(),
    close: () => pool.end(),
  };
}
