import { z } from 'zod';
import type { ModelSpec, WeightsSource } from '../src/lib/matting/model.ts';

/** Safe as a file name, in a URL and on a command line. */
export const modelId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'is no id: use a-z, 0-9, ".", "_" and "-", at most 64 of them');

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${String(digits)}}$`));
/** A path inside a package, which must not lead out of it. */
const inside = z.string().regex(/^package\/(?!.*\.\.)[^\\]+$/);
const packageParts = {
  package: z.string().regex(/^(@[a-z0-9._-]+\/)?[a-z0-9._-]+$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
};

const weightsSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('npm'), ...packageParts, path: inside }),
  z.strictObject({ kind: z.literal('npm-chunks'), ...packageParts, index: inside, key: z.string().min(1) }),
  z.strictObject({ kind: z.literal('url'), url: z.url({ protocol: /^https$/ }) }),
]) satisfies z.ZodType<WeightsSource>;

const triple = <Each extends z.ZodType>(each: Each) => z.tuple([each, each, each]);
/** Larger inputs would need more memory than a browser gives. */
const side = z.int().min(16).max(4096);

/** What an entry has to be, in the registry as in the file of a model that a user added. */
export const modelSchema = z
  .strictObject({
    id: modelId,
    title: z.string().trim().min(1).max(80),
    task: z.enum(['salient-object', 'portrait', 'general-matting']),
    file: z.string(),
    inputSize: z.strictObject({ width: side, height: side }),
    keepsAspect: z.boolean().optional(),
    layout: z.literal('nchw'),
    scale: z.union([z.literal('image-max'), z.number().positive()]),
    mean: triple(z.number()),
    std: triple(z.number().refine((value) => value !== 0, 'divides by zero')),
    outputIndex: z.int().nonnegative(),
    activation: z.literal('sigmoid').optional(),
    postprocess: z.enum(['min-max', 'clamp']),
    sources: z.array(weightsSource),
    bytes: z.int().positive(),
    sha256: hex(64),
    md5: hex(32).optional(),
    verified: z.boolean(),
    references: z.array(z.url({ protocol: /^https$/ })),
    licence: z.string().min(1).max(80),
    licenceUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
    commercialUse: z.boolean(),
    licenceNote: z.string().optional(),
  })
  .refine(({ id, file }) => file === `${id}.onnx`, {
    path: ['file'],
    message: 'is the id with .onnx',
  }) satisfies z.ZodType<ModelSpec>;
