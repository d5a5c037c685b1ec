import { z } from 'zod';

/** `#rgb`, `#rrggbb` or `#rrggbbaa`. */
const HEX_COLOUR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

export const FORMATS = ['png', 'webp', 'jpeg'] as const;
export const OUTPUTS = ['cutout', 'mask'] as const;
export const REFINEMENTS = ['none', 'fast', 'closed-form'] as const;

const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((text) => text === 'true' || text === '1')
  .or(z.boolean());

const background = z.union(
  [z.enum(['transparent', 'blur', 'image']), z.string().regex(HEX_COLOUR).toLowerCase()],
  { error: 'is neither "transparent", "blur", "image" nor a colour such as #ffffff' },
);

/** Lengths are text such as `30px` or `10%`; the pipeline reads them. */
const text = (pattern: RegExp, error: string) => z.string().regex(pattern, error).optional();

const LENGTH = String.raw`\d{1,6}(?:\.\d{1,6})?(?:px|%)`;
const SHARE = String.raw`(?:100(?:\.0{1,6})?|\d{1,2}(?:\.\d{1,6})?)%`;

const byte = z.coerce.number('is not a whole number from 0 to 255').int().min(0).max(255).optional();

/**
 * What a submission may ask for. Form fields and query parameters are text: this reads both them and JSON values.
 * Every field has a default or may be absent, so `parse({})` is what a plain submission asks for.
 */
export const jobOptions = z.object({
  format: z.enum(FORMATS).default('png'),
  /** `image` comes with a file in the form field `background_image`. */
  background: background.default('transparent'),
  output: z.enum(OUTPUTS).default('cutout'),
  crop: flag.default(false),
  /** Around the cropped subject: one length, two or four, as in CSS. Per cent are of the subject. */
  crop_margin: text(
    new RegExp(`^${LENGTH}(?: ${LENGTH}(?: ${LENGTH} ${LENGTH})?)?$`),
    'is not one, two or four lengths such as "10px" or "5% 20%"',
  ),
  /** The result is scaled down to so many millions of pixels. */
  max_megapixels: z.coerce.number('is not a number').positive().max(1000).optional(),
  /** Share of the canvas that the subject fills. */
  scale: text(new RegExp(`^(?!0+(?:\\.0+)?%)${SHARE}$`), 'is not a percentage above 0% and up to 100%'),
  /** Of the subject in the canvas. */
  position: text(
    new RegExp(`^(?:original|center|${SHARE}(?: ${SHARE})?)$`),
    'is neither "original", "center" nor one or two percentages such as "20% 80%"',
  ),
  /** Region of interest: two opposite corners. */
  roi: text(
    new RegExp(`^${LENGTH} ${LENGTH} ${LENGTH} ${LENGTH}$`),
    'is not four lengths: x1 y1 x2 y2, such as "0px 0px 50% 100%"',
  ),
  shadow: flag.optional(),
  /** In place of the image, a zip of `color.jpg` and `alpha.png`. */
  layers: flag.optional(),
  refine: z.enum(REFINEMENTS).optional(),
  /** For `refine=closed-form`: alphas above and below are certain, and how far inside. */
  refine_foreground_threshold: byte,
  refine_background_threshold: byte,
  refine_erode_size: z.coerce
    .number('is not a whole number from 0 to 1000')
    .int()
    .min(0)
    .max(1000)
    .optional(),
  /** Hard edges and no specks, as rembg's option of this name. */
  post_process_mask: flag.optional(),
});

export type JobOptions = z.infer<typeof jobOptions>;

export const priority = z.coerce.number().int().min(0).max(9).default(5);

/** Options of the contract that this version does not carry out: naming one is an error, not silence. */
export const UNSUPPORTED_OPTIONS = ['webhook_url'] as const;
