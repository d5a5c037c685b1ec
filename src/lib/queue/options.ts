import * as z from 'zod/mini';

/* Every message goes on from `option=value`: "crop=maybe is neither true nor false". */

/** `#rgb`, `#rrggbb` or `#rrggbbaa`. */
const HEX_COLOUR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

export const FORMATS = ['png', 'webp', 'jpeg'] as const;
export const OUTPUTS = ['cutout', 'mask'] as const;
export const REFINEMENTS = ['none', 'fast', 'closed-form'] as const;

const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, `is none of: ${values.join(', ')}`);

const flag = z.pipe(
  z.union([z.enum(['true', 'false', '1', '0', '']), z.boolean()], 'is neither true nor false'),
  z.transform((given) => given === true || given === 'true' || given === '1'),
);

const background = z.union(
  [z.enum(['transparent', 'blur', 'image']), z.string().check(z.regex(HEX_COLOUR), z.toLowerCase())],
  'is neither transparent, blur, image nor a colour such as #ffffff',
);

/** Lengths are text such as `30px` or `10%`; the pipeline reads them. */
const text = (pattern: RegExp, error: string) => z.optional(z.string().check(z.regex(pattern, error)));

const whole = (least: number, most: number) => {
  const error = `is not a whole number from ${String(least)} to ${String(most)}`;
  return z.coerce
    .number(error)
    .check(z.multipleOf(1, error), z.minimum(least, error), z.maximum(most, error));
};

const LENGTH = String.raw`\d{1,6}(?:\.\d{1,6})?(?:px|%)`;
const SHARE = String.raw`(?:100(?:\.0{1,6})?|\d{1,2}(?:\.\d{1,6})?)%`;
const MEGAPIXELS = 'is not a number above 0 and up to 1000';

/**
 * What a submission may ask for. Form fields and query parameters are text: this reads both them and JSON values.
 * Every field has a default or may be absent, so `parse({})` is what a plain submission asks for.
 */
export const jobOptions = z.object({
  format: z._default(oneOf(FORMATS), 'png'),
  /** `image` comes with a file in the form field `background_image`. */
  background: z._default(background, 'transparent'),
  output: z._default(oneOf(OUTPUTS), 'cutout'),
  crop: z._default(flag, false),
  /** Around the cropped subject: one length, two or four, as in CSS. Per cent are of the subject. */
  crop_margin: text(
    new RegExp(`^${LENGTH}(?: ${LENGTH}(?: ${LENGTH} ${LENGTH})?)?$`),
    'is not one, two or four lengths such as "10px" or "5% 20%"',
  ),
  /** The result is scaled down to so many millions of pixels. */
  max_megapixels: z.optional(
    z.coerce.number(MEGAPIXELS).check(z.positive(MEGAPIXELS), z.maximum(1000, MEGAPIXELS)),
  ),
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
  shadow: z.optional(flag),
  /** In place of the image, a zip of `color.jpg` and `alpha.png`. */
  layers: z.optional(flag),
  refine: z.optional(oneOf(REFINEMENTS)),
  /** For `refine=closed-form`: alphas above and below are certain, and how far inside. */
  refine_foreground_threshold: z.optional(whole(0, 255)),
  refine_background_threshold: z.optional(whole(0, 255)),
  refine_erode_size: z.optional(whole(0, 1000)),
  /** Hard edges and no specks, as rembg's option of this name. */
  post_process_mask: z.optional(flag),
});

export type JobOptions = z.infer<typeof jobOptions>;

export const priority = z._default(whole(0, 9), 5);
