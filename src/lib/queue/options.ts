import { z } from 'zod';

/** `#rgb`, `#rrggbb` or `#rrggbbaa`. */
const HEX_COLOUR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

export const FORMATS = ['png', 'webp', 'jpeg'] as const;
export const OUTPUTS = ['cutout', 'mask'] as const;

const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((text) => text === 'true' || text === '1')
  .or(z.boolean());

const background = z.union([z.enum(['transparent', 'blur']), z.string().regex(HEX_COLOUR).toLowerCase()], {
  error: 'is neither "transparent", "blur" nor a colour such as #ffffff',
});

/**
 * What a submission may ask for. Form fields and query parameters are text: this reads both them and JSON values.
 * Every field has a default, so `parse({})` is what a plain submission asks for.
 */
export const jobOptions = z.object({
  format: z.enum(FORMATS).default('png'),
  background: background.default('transparent'),
  output: z.enum(OUTPUTS).default('cutout'),
  crop: flag.default(false),
});

export type JobOptions = z.infer<typeof jobOptions>;

export const priority = z.coerce.number().int().min(0).max(9).default(5);

/** Options of the contract that this version does not carry out: naming one is an error, not silence. */
export const UNSUPPORTED_OPTIONS = ['refine', 'webhook_url'] as const;
