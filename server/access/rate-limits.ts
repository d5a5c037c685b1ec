import { createHmac, randomBytes } from 'node:crypto';
import { RateLimiterMemory, type RateLimiterAbstract } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;
const BUCKETS = 65_536;
/** Settings of a limiter that counts and does not judge. */
export const EVERYBODY = { points: Number.MAX_SAFE_INTEGER, duration: WINDOW_SECONDS } as const;

/** One limit as it stands after a request was counted. */
export interface Standing {
  readonly name: RateName;
  /** In a minute. */
  readonly limit: number;
  readonly remaining: number;
  /** Until all of it is there again. */
  readonly resetSeconds: number;
  readonly exceeded: boolean;
}

export type RateName = 'requests' | 'images' | 'failures';

/** Where counts are kept. */
export interface RateStorage {
  /** @param memory counts in this process */
  readonly limiter: (name: RateName, memory: RateLimiterMemory) => RateLimiterAbstract;
  /** Shared by all who count there, and secret. */
  readonly salt: Buffer;
  close(): Promise<void>;
}

/** In this process: a restart forgets them, and another process has its own. */
function inMemory(): RateStorage {
  return { limiter: (_name, memory) => memory, salt: randomBytes(16), close: async () => undefined };
}

/** Counts in windows of a minute, each of which begins with the first count in it. */
export class RateLimits {
  readonly #limiters: Readonly<Record<RateName, RateLimiterAbstract>>;
  readonly #storage: RateStorage;

  constructor(storage: RateStorage = inMemory()) {
    this.#storage = storage;
    const limiter = (name: RateName) =>
      // The limit is each client's own, so none is the limiter's.
      storage.limiter(name, new RateLimiterMemory({ ...EVERYBODY, keyPrefix: name }));
    this.#limiters = {
      requests: limiter('requests'),
      images: limiter('images'),
      failures: limiter('failures'),
    };
  }

  /**
   * A bucket in place of an address: whoever has many addresses fills no more memory than all buckets take. Two clients
   * may share one; nobody can choose with whom, since the salt is secret.
   */
  bucketOf(address: string): string {
    const digest = createHmac('sha256', this.#storage.salt).update(address).digest();
    return String(digest.readUInt32BE() % BUCKETS);
  }

  close(): Promise<void> {
    return this.#storage.close();
  }

  /** Counts `points` if they fit; when they do not, nothing is counted and `exceeded` says so. */
  async take(name: RateName, who: string, limit: number, points = 1): Promise<Standing> {
    const limiter = this.#limiters[name];
    const { consumedPoints, msBeforeNext } = await limiter.penalty(who, points);
    const exceeded = consumedPoints > limit;
    // A refused request must not lengthen the refusal.
    if (exceeded) await limiter.reward(who, points);
    return standing(name, limit, exceeded ? consumedPoints - points : consumedPoints, msBeforeNext, exceeded);
  }

  /** How it stands, with nothing counted; `exceeded` when nothing is left. */
  async look(name: RateName, who: string, limit: number): Promise<Standing> {
    const found = await this.#limiters[name].get(who);
    const consumed = found?.consumedPoints ?? 0;
    return standing(name, limit, consumed, found?.msBeforeNext ?? WINDOW_SECONDS * 1000, consumed >= limit);
  }
}

function standing(
  name: RateName,
  limit: number,
  consumed: number,
  millis: number,
  exceeded: boolean,
): Standing {
  const resetSeconds = Math.max(1, Math.ceil(millis / 1000));
  return { name, limit, remaining: Math.max(0, limit - consumed), resetSeconds, exceeded };
}

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): what is allowed (`q` in `w` seconds),
 * and what remains (`r`, whole again after `t` seconds).
 */
export function rateHeaders(standings: readonly Standing[]): Record<string, string> {
  if (standings.length === 0) return {};
  const window = String(WINDOW_SECONDS);
  return {
    'ratelimit-policy': standings
      .map(({ name, limit }) => `"${name}";q=${String(limit)};w=${window}`)
      .join(', '),
    ratelimit: standings
      .map(
        ({ name, remaining, resetSeconds }) => `"${name}";r=${String(remaining)};t=${String(resetSeconds)}`,
      )
      .join(', '),
  };
}
