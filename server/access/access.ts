import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { ClientQueue } from '#queue/client-queue.ts';
import { QueueError } from '#queue/errors.ts';
import { LOCAL_TENANT } from '#queue/job.ts';
import type { Queue } from '#queue/queue.ts';
import type { Admit } from '#queue/store.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { isProxied } from '../http/proxied.ts';
import { clientAddress } from './client-address.ts';
import { idOfKeyText, isHashOf } from './key-text.ts';
import type { ApiKey } from './key-store.ts';
import type { KnownKeys } from './known-keys.ts';
import { MeteredQueue } from './metered-queue.ts';
import { OPEN_WORDS } from './open-words.ts';
import { admitWithinQuota } from './quotas.ts';
import { type RateLimits, type RateName, type Standing } from './rate-limits.ts';

/** Who sent a request. */
export type Client =
  /** Whoever can reach a server on loopback that has no keys: its owner. */
  | { readonly kind: 'local' }
  /** Anyone, on a server that was told to take anyone. */
  | { readonly kind: 'anonymous'; readonly address: string }
  | { readonly kind: 'key'; readonly key: ApiKey; readonly address: string };

/** Wrong keys from one address in a minute, before the answer is that instead of which key was wrong. */
const MOST_FAILURES = 20;

export interface AccessSettings {
  readonly config: Pick<Config, 'open' | 'trustedProxies'>;
  readonly queue: Queue;
  readonly keys: KnownKeys;
  readonly rates: RateLimits;
  /** What the queue takes of all clients together. */
  readonly admit: Admit;
  readonly log: Logger;
}

/** Tells clients apart, and what each may do. */
export class Access {
  readonly #settings: AccessSettings;

  constructor(settings: AccessSettings) {
    this.#settings = settings;
  }

  /** @throws QueueError `key_missing`, `key_invalid`, `rate_limited` after too many of these */
  async identify(context: Context): Promise<Client> {
    const { config, keys } = this.#settings;
    const address = this.#addressOf(context);
    const text = keyTextIn(context.req.raw.headers);
    // Clients of other services send keys of theirs, which are nothing to a server that takes anyone.
    if (config.open !== undefined && !text?.startsWith('offcut_')) return { kind: 'anonymous', address };
    if (config.open === undefined && !(await keys.any())) {
      if (isProxied(context.req.raw.headers)) throw behindProxy();
      return { kind: 'local' };
    }
    if (text === undefined) throw keyMissing();
    const key = await this.#verified(text, address);
    keys.used(key).catch((err: unknown) => this.#settings.log.error({ event: 'storage_failed', err }));
    return { kind: 'key', key, address };
  }

  /** Is this still who it was? Of a stream that has been open for a while. */
  async isStillWelcome(client: Client): Promise<boolean> {
    const { config, keys } = this.#settings;
    switch (client.kind) {
      case 'key':
        return (await keys.find(client.key.id))?.revokedAt === null;
      case 'anonymous':
        return true;
      case 'local':
        return config.open !== undefined || !(await keys.any());
      default:
        return client satisfies never;
    }
  }

  /** Counts a request. Answers how its client's limits stand; the exceeded one last, when one is. */
  async count(client: Client, sendsImages: boolean): Promise<Standing[]> {
    const limits = this.#limitsOf(client);
    const standings: Standing[] = [];
    if (limits.requests !== null) {
      standings.push(await this.#settings.rates.take('requests', this.#whoIs(client), limits.requests));
    }
    if (limits.images !== null && sendsImages && !standings.at(-1)?.exceeded) {
      standings.push(await this.#settings.rates.look('images', this.#whoIs(client), limits.images));
    }
    return standings;
  }

  /** Refuses what would not be admitted, before a byte of it is read. @throws QueueError `key_quota_reached` */
  async admitEarly(client: Client): Promise<void> {
    if (client.kind !== 'key') return;
    const usage = await this.#settings.queue.store.usage(client.key.id);
    admitWithinQuota(client.key.limits)(usage, usage);
  }

  queueOf(client: Client): ClientQueue {
    const { queue, admit } = this.#settings;
    if (client.kind === 'local') return new ClientQueue(queue, LOCAL_TENANT, admit);
    const charge = (images: number) => this.#charge(client, images);
    if (client.kind === 'anonymous') return new MeteredQueue(queue, LOCAL_TENANT, admit, charge);
    const quota = admitWithinQuota(client.key.limits);
    const both: Admit = (all, own) => {
      admit(all, own);
      quota(all, own);
    };
    return new MeteredQueue(queue, client.key.id, both, charge);
  }

  async #charge(client: Client, images: number): Promise<void> {
    const limit = this.#limitsOf(client).images;
    if (limit === null) return;
    if (images > limit) throw moreThanAMinuteTakes(images, limit);
    const taken = await this.#settings.rates.take('images', this.#whoIs(client), limit, images);
    if (taken.exceeded) throw rateLimited(taken);
  }

  #limitsOf(client: Client): { requests: number | null; images: number | null } {
    const { open } = this.#settings.config;
    switch (client.kind) {
      case 'local':
        return { requests: null, images: null };
      case 'anonymous':
        return { requests: open?.requestsPerMinute ?? null, images: open?.imagesPerMinute ?? null };
      case 'key':
        return {
          requests: client.key.limits.requestsPerMinute,
          images: client.key.limits.imagesPerMinute,
        };
      default:
        return client satisfies never;
    }
  }

  /**
   * A right key is taken however many wrong ones came from its address: they may be a neighbour's. What is wrong costs
   * one look-up at most, and nothing when its checksum is wrong already.
   */
  async #verified(text: string, address: string): Promise<ApiKey> {
    const { keys, rates, log } = this.#settings;
    const id = idOfKeyText(text);
    const key = id === undefined ? undefined : await keys.find(id);
    const isRight = key !== undefined && isHashOf(key.hash, text);
    if (isRight && key.revokedAt === null) return key;
    const why = isRight ? 'revoked' : id === undefined ? 'malformed' : 'unknown';
    log.warn({ event: 'key_refused', why, key: id, address });
    const failures = await rates.take('failures', rates.bucketOf(address), MOST_FAILURES);
    throw failures.exceeded ? rateLimited(failures) : keyInvalid(why);
  }

  /** Whose the counts are. */
  #whoIs(client: Client): string {
    switch (client.kind) {
      case 'key':
        return client.key.id;
      case 'anonymous':
        return this.#settings.rates.bucketOf(client.address);
      case 'local':
        return LOCAL_TENANT;
      default:
        return client satisfies never;
    }
  }

  #addressOf(context: Context): string {
    const { address = '' } = getConnInfo(context).remote;
    return clientAddress(
      address,
      context.req.header('x-forwarded-for'),
      this.#settings.config.trustedProxies,
    );
  }
}

/** `X-Api-Key` first: it is nobody else's, while a reverse proxy may use `Authorization` for itself. */
function keyTextIn(headers: Headers): string | undefined {
  const given = headers.get('x-api-key')?.trim();
  if (given !== undefined && given !== '') return given;
  return /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}

function keyMissing(): QueueError {
  return new QueueError(
    'key_missing',
    'This server wants an API key. Send one as "Authorization: Bearer offcut_…" or as "X-Api-Key: offcut_…"; whoever runs the server makes one with `offcut keys create`.',
  );
}

/** Whoever is behind a proxy on this machine is not on this machine. */
function behindProxy(): QueueError {
  return new QueueError(
    'key_missing',
    `This request came through a proxy, so others than this machine can reach the server, and it has no API keys. Make one with \`offcut keys create\`, or start it with OFFCUT_OPEN="${OPEN_WORDS}".`,
  );
}

/** Never says the key: it may be right but for a slip. */
function keyInvalid(why: 'revoked' | 'malformed' | 'unknown'): QueueError {
  const words = {
    revoked: 'This API key was revoked. Ask whoever runs the server for another one.',
    malformed:
      'This is no API key of an Offcut server: they look like offcut_<12 characters>_<38 characters>. Is it cut off, or another service’s?',
    unknown: 'This server does not know this API key. Is it another server’s?',
  };
  return new QueueError('key_invalid', words[why], { fields: { reason: why } });
}

const NAMES: Readonly<Record<RateName, string>> = {
  requests: 'requests',
  images: 'images',
  failures: 'wrong API keys',
};

export function rateLimited({ name, limit, resetSeconds }: Standing): QueueError {
  return new QueueError(
    'rate_limited',
    `More than ${String(limit)} ${NAMES[name]} in a minute. Try again in ${String(resetSeconds)} seconds.`,
    { fields: { limit: name, per_minute: limit }, retryAfterSeconds: resetSeconds },
  );
}

function moreThanAMinuteTakes(images: number, limit: number): QueueError {
  return new QueueError(
    'too_many_files',
    `${String(images)} images are more than the ${String(limit)} that this client may send in a minute. Send them in smaller submissions.`,
    { fields: { limit: 'images', per_minute: limit } },
  );
}
