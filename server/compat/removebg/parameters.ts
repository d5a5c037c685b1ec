import { jobOptions, type JobOptions } from '#queue/options.ts';
import { toHexColour } from './colours.ts';
import { invalidParameter, RemoveBgError } from './errors.ts';

/*
 * The parameters of remove.bg's API v1.0 (https://www.remove.bg/api), as text: fields of a form, or values of JSON.
 * An empty value counts as absent. One that is not known here is left alone, as remove.bg does.
 */

export type Parameters = ReadonlyMap<string, string>;

/** Millions of pixels of the result; `undefined` is the photo's own size. */
export const SIZES: Readonly<Record<string, number | undefined>> = {
  preview: 0.25,
  small: 0.25,
  regular: 0.25,
  medium: 1.5,
  hd: 4,
  full: undefined,
  '4k': undefined,
  '50MP': undefined,
  auto: undefined,
};

export const TYPES = [
  ...['auto', 'person', 'product', 'animal', 'car', 'car_interior', 'car_part', 'transportation', 'graphics'],
  ...['graphic', 'other'],
] as const;
export const TYPE_LEVELS = ['none', '1', '2', 'latest'] as const;
export const FORMATS = ['auto', 'png', 'jpg', 'zip', 'webp'] as const;
export const CHANNELS = ['rgba', 'alpha'] as const;

export interface RemoveBgWishes {
  readonly options: JobOptions;
  /** What `X-Type` says. Nothing here tells a person from a car, so it repeats what the client said. */
  readonly type: string | undefined;
}

/**
 * @param hasBackground a picture for the background came, or will come, with the request
 * @throws RemoveBgError that names the parameter, its value and what is allowed
 */
export function readParameters(given: Parameters, hasBackground: boolean): RemoveBgWishes {
  const type = oneOf(given, 'type', TYPES, 'auto');
  const level = oneOf(given, 'type_level', TYPE_LEVELS, '1');
  const size = oneOf(given, 'size', Object.keys(SIZES), 'preview');
  const colour = readColour(given, hasBackground);
  flag(given, 'semitransparency', true);
  const mask = oneOf(given, 'channels', CHANNELS, 'rgba') === 'alpha';
  const crop = flag(given, 'crop', false);
  const options = {
    crop,
    output: mask ? 'mask' : 'cutout',
    ...(!mask && hasBackground && { background: 'image' }),
    ...(!mask && colour !== undefined && { background: colour }),
    ...(SIZES[size] !== undefined && { max_megapixels: SIZES[size] }),
    ...(crop && { crop_margin: marginOf(given) }),
    ...(!mask && flag(given, 'add_shadow', false) && { shadow: true }),
    ...placeOf(given),
    ...formatOf(oneOf(given, 'format', FORMATS, 'auto'), mask, hasBackground || isOpaque(colour)),
  };
  return {
    options: parse(options, given),
    type: level === 'none' ? undefined : type === 'auto' ? 'other' : type,
  };
}

/** `auto` is PNG where something is transparent, else JPEG. A picture behind the subject leaves nothing transparent. */
function formatOf(format: (typeof FORMATS)[number], mask: boolean, opaque: boolean) {
  switch (format) {
    case 'auto':
      return { format: opaque && !mask ? 'jpeg' : 'png' };
    case 'jpg':
      return { format: 'jpeg' };
    case 'zip':
      // Its alpha is in there, whichever channels were asked for.
      return { format: 'png', output: 'cutout', background: 'transparent', layers: true };
    case 'png':
    case 'webp':
      return { format };
    default:
      return format satisfies never;
  }
}

function readColour(given: Parameters, hasBackground: boolean): string | undefined {
  const text = given.get('bg_color') ?? '';
  if (text === '') return undefined;
  if (hasBackground) {
    throw new RemoveBgError(
      'multiple_backgrounds',
      'Multiple backgrounds given',
      'Give one of bg_color, bg_image_file and bg_image_url, and leave the others empty.',
    );
  }
  const colour = toHexColour(text);
  if (colour !== undefined) return colour;
  throw invalidParameter(
    'bg_color',
    text,
    '3, 4, 6 or 8 hexadecimal digits such as 81d4fa, or a name such as green',
  );
}

const isOpaque = (colour: string | undefined) => colour !== undefined && /^#.{6}(ff)?$/.test(colour);

function marginOf(given: Parameters): string {
  const text = (given.get('crop_margin') ?? '').trim();
  // Without a unit only nothing makes sense.
  return text === '' ? '0px' : text.replace(/(?<=^|\s)0(?=\s|$)/g, '0px').replace(/\s+/g, ' ');
}

function placeOf(given: Parameters) {
  const scale = text(given, 'scale');
  const position = text(given, 'position');
  const roi = text(given, 'roi');
  return {
    ...(scale !== undefined && scale !== 'original' && { scale }),
    ...(position !== undefined && { position }),
    ...(roi !== undefined && { roi }),
  };
}

function text(given: Parameters, name: string): string | undefined {
  const value = (given.get(name) ?? '').trim().replace(/\s+/g, ' ');
  return value === '' ? undefined : value;
}

function flag(given: Parameters, name: string, usual: boolean): boolean {
  const value = oneOf(given, name, ['true', 'false', '1', '0'], String(usual));
  return value === 'true' || value === '1';
}

function oneOf<Value extends string>(
  given: Parameters,
  name: string,
  values: readonly Value[],
  usual: Value,
): Value {
  const value = given.get(name) ?? '';
  if (value === '') return usual;
  const found = values.find((allowed) => allowed === value);
  if (found !== undefined) return found;
  throw invalidParameter(name, value, values.join(', '));
}

/** What is left to judge is what a job's options judge. Those names are the same here. */
function parse(options: object, given: Parameters): JobOptions {
  const parsed = jobOptions.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  throw new RemoveBgError(
    'invalid_parameter',
    `Invalid value for parameter ${name}`,
    `${name}=${(given.get(name) ?? '').slice(0, 200)} ${issue?.message ?? 'cannot be used'}.`,
  );
}
