import type { Failure } from '#queue/job.ts';
import { LOCAL_TENANT } from '#queue/job.ts';
import type { KeyStore } from '../access/key-store.ts';
import type { SecretOf } from './deliveries.ts';
import { bytesOfSecret } from './secret.ts';

/** The secret of a key, or the server's own for jobs of none. */
export function createSecretOf(keys: Pick<KeyStore, 'find'>, ownSecret: string | undefined): SecretOf {
  return async (tenant) => {
    if (tenant === LOCAL_TENANT) {
      return signing(ownSecret, 'webhook_unsigned', 'The server has no OFFCUT_WEBHOOK_SECRET any more.');
    }
    const key = await keys.find(tenant);
    const secret = key?.revokedAt === null ? key.webhookSecret : undefined;
    return signing(secret, 'webhook_key_revoked', 'The API key that the job was sent with was revoked.');
  };
}

function signing(secret: string | undefined, code: string, message: string) {
  const bytes = secret === undefined ? undefined : bytesOfSecret(secret);
  const failure: Failure = { code, message };
  return bytes === undefined ? { failure } : { bytes };
}
