import * as z from 'zod/mini';
import { editsSchema } from '#matting/edits/edits.ts';
import { jobOptions } from '#queue/options.ts';
import { STATES } from '#queue/states.ts';

/*
 * What a library is as one file: a zip with `offcut-library.json`, which says what jobs there are, and every image and
 * result at the path that the manifest names. Entries are stored as they are: photos do not get smaller.
 */

export const MANIFEST_NAME = 'offcut-library.json';
export const FORMAT = 'offcut-library';
export const VERSION = 1;

/** Of an import. A manifest says about 1 kB a job. */
export const LIMITS = {
  manifestBytes: 200_000_000,
  jobs: 50_000,
  itemsOfJob: 10_000,
  filenameLength: 500,
} as const;

const id = z.string().check(z.regex(/^[0-9a-zA-Z-]{1,64}$/));
const count = z.number().check(z.int(), z.minimum(0), z.maximum(1_000_000_000_000));
const time = z.number().check(z.minimum(0), z.maximum(8_640_000_000_000_000));
const text = z.string().check(z.maxLength(2_000));
const mediaType = z.string().check(z.regex(/^[\w.+-]{1,60}\/[\w.+-]{1,60}$/));
const note = z.object({ code: text, message: text });

const item = z.object({
  id,
  index: count,
  filename: z.string().check(z.minLength(1), z.maxLength(LIMITS.filenameLength)),
  inputBytes: count,
  inputMediaType: mediaType,
  attempt: count,
  attemptsLeft: count,
  state: z.enum(STATES),
  failure: z.optional(note),
  result: z.optional(
    z.object({
      mediaType,
      bytes: count,
      width: count,
      height: count,
      subject: z.optional(z.object({ left: count, top: count, width: count, height: count })),
      warnings: z.array(note).check(z.maxLength(20)),
    }),
  ),
});

const file = z.object({
  /** Also the key that it is stored under. */
  path: z.string().check(z.regex(/^[0-9a-zA-Z-]{1,64}\/[\w.-]{1,80}$/)),
  mediaType: z.union([mediaType, z.literal('')]),
  bytes: count,
});

/** Of one finished image. */
const edited = z.object({ index: count, updatedAt: time, edits: editsSchema });

/** An image that edits use as a background. */
const picture = z.object({
  id: z.string().check(z.regex(/^[0-9a-f]{1,64}$/)),
  mediaType: z.union([mediaType, z.literal('')]),
  bytes: count,
});

const job = z.object({
  id,
  type: z.enum(['single', 'batch']),
  model: z.string().check(z.minLength(1), z.maxLength(100)),
  options: jobOptions,
  priority: z.number().check(z.int(), z.minimum(0), z.maximum(9)),
  createdAt: time,
  startedAt: z.nullable(time),
  completedAt: z.nullable(time),
  turn: z.optional(z.string().check(z.maxLength(200))),
  items: z.array(item).check(z.minLength(1), z.maxLength(LIMITS.itemsOfJob)),
  files: z.array(file).check(z.maxLength(3 * LIMITS.itemsOfJob)),
  edits: z._default(z.array(edited).check(z.maxLength(LIMITS.itemsOfJob)), []),
});

export const manifestSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  exportedAt: z.string(),
  jobs: z.array(job).check(z.maxLength(LIMITS.jobs)),
  pictures: z._default(z.array(picture).check(z.maxLength(LIMITS.jobs)), []),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type JobEntry = z.infer<typeof job>;
export type ItemEntry = z.infer<typeof item>;
export type FileEntry = z.infer<typeof file>;
export type PictureEntry = z.infer<typeof picture>;

/** Where it is in the zip. */
export function picturePath(id: string): string {
  return `pictures/${id}`;
}
