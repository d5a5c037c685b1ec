import { newWebhookSecret } from '../webhooks/secret.ts';
import { hashOfKeyText, newKeyText } from './key-text.ts';
import type { ApiKey, KeyLimits } from './key-store.ts';

/** What a key may do when nothing else is said: ten requests a second, and no quota. */
export const DEFAULT_KEY_LIMITS: KeyLimits = {
  requestsPerMinute: 600,
  imagesPerMinute: null,
  maxJobs: null,
  maxWaiting: null,
  maxBytes: null,
};

/** @returns the key to store, and its text, which is in nobody's hands but the caller's */
export function newKey(
  { name, limits, operator }: Pick<ApiKey, 'name' | 'limits' | 'operator'>,
  now: number,
): { key: ApiKey; text: string } {
  const { id, text } = newKeyText();
  const key: ApiKey = {
    id,
    name,
    hash: hashOfKeyText(text),
    webhookSecret: newWebhookSecret(),
    limits,
    operator,
    createdAt: now,
    revokedAt: null,
    lastUsedAt: null,
  };
  return { key, text };
}
