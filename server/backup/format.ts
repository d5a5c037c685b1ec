import { z } from 'zod';
import { BackupError } from './errors.ts';

/*
 * A backup is a folder or a tar file with
 *   queue.sqlite   the store at one moment, and copies of whatever other SQLite files the data folder has
 *   blobs/…        the bytes of every image and result that it names, as in a data folder
 *   SHA256SUMS     of all these, as sha256sum writes and checks them
 *   manifest.json  last: without it the backup is not whole
 */

export const DATABASE = 'queue.sqlite';
export const SUMS = 'SHA256SUMS';
export const MANIFEST = 'manifest.json';

const count = z.int().nonnegative();

export const manifestSchema = z.object({
  format: z.literal('offcut-backup'),
  /** Of this layout. */
  version: z.literal(1),
  offcut: z.string(),
  /** ISO 8601 UTC: the moment of the store. */
  taken_at: z.iso.datetime(),
  schema_version: count,
  jobs: count,
  files: count,
  bytes: count,
  /** Of SHA256SUMS. */
  sums_sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Manifest = z.infer<typeof manifestSchema>;

export interface Sum {
  readonly path: string;
  readonly sha256: string;
}

const PATH = /^(?:[\w-]+\.sqlite|blobs\/[\w-]{2}\/[\w-]{2,128}\/[\w.-]+)$/;

/** Nothing that a backup holds may lead out of the folder that it is restored to. */
export function isBackedUpPath(path: string): boolean {
  return PATH.test(path) && !path.includes('..');
}

export function toSumLine({ path, sha256 }: Sum): string {
  return `${sha256}  ${path}\n`;
}

/** @throws BackupError */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (sha256 === undefined || path === undefined || !isBackedUpPath(path)) {
      throw new BackupError(`The backup's ${SUMS} has a line that cannot be: "${line.slice(0, 200)}".`);
    }
    sums.set(path, sha256);
  }
  return sums;
}

/** @throws BackupError */
export function parseManifest(text: string): Manifest {
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new BackupError(
    `The backup's ${MANIFEST} is not one that this version of Offcut knows: ${z.prettifyError(parsed.error)}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
