import type { Config } from '../config.ts';
import { isLoopback } from '../http/guard.ts';
import type { KeyStore } from './key-store.ts';
import { OPEN_WORDS } from './open-words.ts';

/** The server would be open to whoever can reach it, and nobody said that it should be. */
export class OpenServerError extends Error {
  override readonly name = 'OpenServerError';
}

/**
 * @throws OpenServerError for a server beyond loopback, or behind a proxy, that has no keys, unless it was told so in
 *   words
 */
export async function requireDoors(
  { host, open, trustedProxies }: Pick<Config, 'host' | 'open' | 'trustedProxies'>,
  keys: KeyStore,
): Promise<void> {
  const isReachable = !isLoopback(host) || trustedProxies > 0;
  if (!isReachable || open !== undefined || (await keys.any())) return;
  const cause = isLoopback(host) ? `OFFCUT_TRUSTED_PROXIES=${String(trustedProxies)}` : `HOST=${host}`;
  throw new OpenServerError(
    [
      `${cause}: other machines can reach this server, and it has no API keys, so all of them could use it.`,
      'Either make a key, which every client must send from then on:  offcut keys create <name>',
      `Or say that this is meant:  OFFCUT_OPEN="${OPEN_WORDS}"`,
    ].join('\n'),
  );
}
