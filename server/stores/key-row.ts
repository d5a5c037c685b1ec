import { z } from 'zod';
import type { ApiKey, KeyLimits } from '../access/key-store.ts';

const time = z.coerce.number().int();
const limit = z.int().nonnegative().nullable();

const limits = z.object({
  requestsPerMinute: limit,
  imagesPerMinute: limit,
  maxJobs: limit,
  maxWaiting: limit,
  maxBytes: limit,
}) satisfies z.ZodType<KeyLimits>;

const keyRow = z.object({
  id: z.string(),
  name: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  webhook_secret: z.string(),
  limits: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(limits),
  // SQLite has no booleans.
  operator: z.union([z.boolean(), z.literal([0, 1])]).transform(Boolean),
  created_at: time,
  revoked_at: time.nullable(),
  last_used_at: time.nullable(),
});

/** A row of either database, which have the same columns. @throws ZodError for one that somebody edited by hand */
export function toApiKey(row: unknown): ApiKey {
  const { webhook_secret, created_at, revoked_at, last_used_at, ...rest } = keyRow.parse(row);
  return {
    ...rest,
    webhookSecret: webhook_secret,
    createdAt: created_at,
    revokedAt: revoked_at,
    lastUsedAt: last_used_at,
  };
}
