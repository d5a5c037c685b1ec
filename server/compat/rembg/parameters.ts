import { z } from 'zod';
import { jobOptions, type JobOptions } from '#queue/options.ts';

/*
 * The parameters of rembg's server, with its defaults and ranges (rembg/commands/s_command.py: CommonQueryParams and
 * CommonQueryPostParams; their meaning is in rembg/bg.py).
 */

/** What FastAPI reads as a bool. */
export const TRUE = ['1', 'true', 't', 'yes', 'y', 'on'];
export const FALSE = ['0', 'false', 'f', 'no', 'n', 'off'];

const flag = z
  .string()
  .toLowerCase()
  .refine((text) => TRUE.includes(text) || FALSE.includes(text), {
    error: 'Input should be a valid boolean: true or false',
  })
  .transform((text) => TRUE.includes(text));

const whole = (least: number, most?: number) => {
  const range = most === undefined ? `greater than or equal to ${least}` : `from ${least} to ${most}`;
  const error = `Input should be a whole number ${range}`;
  return z
    .string()
    .regex(/^[+-]?\d{1,9}$/, error)
    .transform(Number)
    .refine((value) => value >= least && value <= (most ?? Infinity), error);
};

const colour = z
  .string()
  .regex(
    /^\s*\d{1,3}\s*(,\s*\d{1,3}\s*){3}$/,
    'Input should be four numbers from 0 to 255: red,green,blue,alpha',
  )
  .transform((text) => text.split(',').map(Number))
  .refine(
    (values) => values.every((value) => value <= 255),
    'Each of the four numbers should be from 0 to 255',
  )
  .transform((values) => `#${values.map((value) => value.toString(16).padStart(2, '0')).join('')}`);

/** Further arguments of rembg's models. None of ours takes any, so they are looked at and left. */
const extras = z.string().refine(isJsonObject, 'Input should be a JSON object');

export const RANGES = { af: [0, 255], ab: [0, 255], ae: [0, 1000] } as const;

export const parameters = z.object({
  model: z.string().optional(),
  a: flag.default(false),
  af: whole(...RANGES.af).default(240),
  ab: whole(...RANGES.ab).default(10),
  ae: whole(...RANGES.ae).default(10),
  om: flag.default(false),
  ppm: flag.default(false),
  bgc: colour.optional(),
  extras: extras.optional(),
});

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** One entry of what FastAPI answers with 422. */
export interface ParameterFault {
  readonly type: string;
  readonly loc: readonly [where: 'query' | 'body', name: string];
  readonly msg: string;
  readonly input: string | null;
}

/** Parameters that cannot be used. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
  readonly faults: readonly ParameterFault[];

  constructor(faults: readonly ParameterFault[]) {
    super(faults.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '));
    this.faults = faults;
  }
}

export interface RembgWishes {
  readonly model: string | undefined;
  readonly options: JobOptions;
}

/**
 * An empty value counts as absent. A fault names the parameter, its value and what is allowed.
 * @throws ParameterError
 */
export function readParameters(
  query: ReadonlyMap<string, string>,
  body: ReadonlyMap<string, string> = new Map(),
): RembgWishes {
  const given = Object.fromEntries([...query, ...body].filter(([, value]) => value !== ''));
  const parsed = parameters.safeParse(given);
  if (!parsed.success) {
    throw new ParameterError(
      parsed.error.issues.map(({ path, message }): ParameterFault => {
        const name = String(path[0]);
        const where = body.has(name) ? 'body' : 'query';
        return { type: 'value_error', loc: [where, name], msg: message, input: given[name] ?? null };
      }),
    );
  }
  const { model, a, af, ab, ae, om, ppm, bgc } = parsed.data;
  // As in rembg: a mask has no background, and is not matted.
  const options = jobOptions.parse({
    output: om ? 'mask' : 'cutout',
    ...(bgc !== undefined && !om && { background: bgc }),
    ...(ppm && { post_process_mask: true }),
    ...(a &&
      !om && {
        refine: 'closed-form',
        refine_foreground_threshold: af,
        refine_background_threshold: ab,
        refine_erode_size: ae,
      }),
  });
  return { model, options };
}

export function missing(where: 'query' | 'body', name: string): ParameterError {
  return new ParameterError([{ type: 'missing', loc: [where, name], msg: 'Field required', input: null }]);
}
