import { z } from 'zod';
import { BACKGROUND_FIELD } from '#queue/intake.ts';
import { jobOptions, priority, type JobOptions } from '#queue/options.ts';
import { tidy } from './schemas.ts';
import type { JsonSchema, Parameter } from './types.ts';

type OptionName = keyof JobOptions | 'priority' | 'model';

/**
 * What each option is for. They stand here and not in the schemas, which a browser loads. An option without a
 * description does not compile.
 */
const DESCRIPTIONS: Readonly<Record<OptionName, string>> = {
  model: 'An id of `GET /models`, or an alias that the server has for one. Without it, the default model.',
  format: 'File type of the result. `jpeg` has no transparency: white instead.',
  background: `Behind the subject: \`transparent\`, \`blur\` (the photo's own, blurred), a colour (\`#rgb\`, \`#rrggbb\`, \`#rrggbbaa\`), or \`image\`, which needs a picture in the file field \`${BACKGROUND_FIELD}\`.`,
  output: '`cutout`, or `mask`: the alpha as a grey image.',
  crop: 'Cut down to the subject.',
  crop_margin:
    'Around the cropped subject: one, two or four lengths as in CSS. Per cent are of the subject. Without it, a small one within the image.',
  max_megapixels: 'The result is scaled down to so many millions of pixels.',
  scale: 'Share of the canvas that the subject fills; centred, unless `position` says otherwise.',
  position: 'Of the subject in the canvas: `original`, `center`, or one or two percentages, across and down.',
  roi: 'Region of interest: two opposite corners, `x1 y1 x2 y2`. All outside is background.',
  shadow: 'A soft shadow below the subject.',
  layers: 'In place of the image, a zip of `color.jpg` and `alpha.png`.',
  refine:
    '`fast`: sharper edges, without the old background’s colours. `closed-form`: slow matting, set by `refine_foreground_threshold`, `refine_background_threshold` and `refine_erode_size`.',
  refine_foreground_threshold: 'For `refine=closed-form`: an alpha above is certainly subject.',
  refine_background_threshold: 'For `refine=closed-form`: an alpha below is certainly background.',
  refine_erode_size: 'For `refine=closed-form`: how many pixels inside of both the certain part begins.',
  post_process_mask: 'Hard edges and no specks; with `refine` also no small holes.',
  priority: 'Higher is worked on first.',
};

const EXAMPLES: Partial<Readonly<Record<OptionName, string | number>>> = {
  crop_margin: '5% 20%',
  max_megapixels: 4,
  scale: '60%',
  position: '50% 100%',
  roi: '0px 0px 50% 100%',
};

/** The options of a submission as a form or a query carries them. */
export function optionSchemas(): Record<OptionName, JsonSchema> {
  const shape = { model: z.optional(z.string()), ...jobOptions.shape, priority };
  return asText<OptionName>(shape, DESCRIPTIONS, EXAMPLES);
}

/** The fields of an object of this shape as text, described, with the defaults that really apply. */
export function asText<Name extends string>(
  shape: Readonly<Record<Name, z.core.$ZodType>>,
  descriptions: Readonly<Record<Name, string>>,
  examples: Partial<Readonly<Record<Name, string | number>>> = {},
): Record<Name, JsonSchema> {
  const schema = z.object(shape);
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', override: forText });
  const defaults = new Map<string, unknown>(Object.entries(schema.parse({})));
  const names = Object.keys(shape) as Name[];
  const described = names.map((name) => {
    const usual = defaults.get(name);
    return [
      name,
      {
        ...(properties[name] as JsonSchema),
        description: descriptions[name],
        ...(usual !== undefined && { default: typeof usual === 'boolean' ? String(usual) : usual }),
        ...(examples[name] !== undefined && { examples: [examples[name]] }),
      },
    ];
  });
  return Object.fromEntries(described) as Record<Name, JsonSchema>;
}

/** Nothing but text comes through a form, so a flag is one of its words. */
function forText({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  tidy(jsonSchema);
  // A reader that knows no unions should at least see that it is text.
  if (jsonSchema.anyOf?.every(({ type }) => type === 'string')) jsonSchema.type = 'string';
  const words = jsonSchema.anyOf?.find((schema) => schema.enum?.includes('true'))?.enum;
  if (words === undefined) return;
  delete jsonSchema.anyOf;
  jsonSchema.type = 'string';
  jsonSchema.enum = words
    .filter((word) => word !== '')
    .toSorted()
    .toReversed();
}

/** The same in the query, where they are read as well. A field of the form goes before it. */
export function optionParameters(): Parameter[] {
  return inQuery(optionSchemas());
}

export function inQuery(schemas: Readonly<Record<string, JsonSchema>>): Parameter[] {
  return Object.entries(schemas).map(([name, { description = '', ...schema }]) => ({
    name,
    in: 'query',
    description,
    schema,
  }));
}
