import type { Queue } from '#queue/queue.ts';
import type { KeyStore } from '../access/key-store.ts';
import type { Config } from '../config.ts';
import { createPublicFetch } from '../http/public-fetch.ts';
import type { Logger } from '../log.ts';
import { Deliveries } from './deliveries.ts';
import { createSecretOf } from './secret-of.ts';

export interface DeliveriesHost {
  readonly config: Pick<Config, 'webhookSecret' | 'webhookPrivateHosts'>;
  readonly queue: Queue;
  readonly keys: KeyStore;
  readonly log: Logger;
}

/** What tells the receivers of this server's webhooks. */
export function deliveriesOf({ config, queue, keys, log }: DeliveriesHost): Deliveries {
  const { webhookPrivateHosts: privateHosts, webhookSecret } = config;
  const caller = { fetch: createPublicFetch({ privateHosts }), privateHosts, now: queue.now };
  return new Deliveries({ queue, caller, secretOf: createSecretOf(keys, webhookSecret), log });
}
