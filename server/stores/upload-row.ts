import { z } from 'zod';
import type { Piece, Upload, UploadUsage } from '../uploads/upload-store.ts';

// PostgreSQL answers its large integers as text.
const count = z.coerce.number().int().nonnegative();

const pieces = z.array(z.object({ name: z.string(), bytes: count })) satisfies z.ZodType<Piece[]>;

const uploadRow = z.object({
  id: z.string(),
  tenant: z.string(),
  metadata: z.string(),
  length: count,
  received: count,
  pieces: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(pieces),
  expires_at: count,
  used_by: z.string().nullable(),
});

/** A row of either database, which have the same columns. @throws ZodError for one that somebody edited by hand */
export function toUpload(row: unknown): Upload {
  const { expires_at, used_by, ...rest } = uploadRow.parse(row);
  return { ...rest, expiresAt: expires_at, usedBy: used_by };
}

const usageRow = z.object({ uploads: count, bytes: count });

export function toUploadUsage(row: unknown): UploadUsage {
  return usageRow.parse(row);
}

const idRow = z.object({ id: z.string() });

export function toUploadId(row: unknown): string {
  return idRow.parse(row).id;
}
