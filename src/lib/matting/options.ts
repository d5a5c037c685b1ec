import type { Arrangement, Margins, Position } from './arrange.ts';
import type { OutputFormat } from './codec.ts';
import { MattingError } from './errors.ts';
import type { Rgba } from './image.ts';
import { inPixels, parseLengths, type Length } from './lengths.ts';
import type { Refinement } from './refine/refine.ts';
import type { TrimapOptions } from './refine/trimap.ts';
import type { RegionOfInterest } from './roi.ts';

export type { Rgba };

export type Background =
  | { readonly kind: 'transparent' }
  | { readonly kind: 'colour'; readonly rgba: Rgba }
  | { readonly kind: 'blur' }
  /** A picture in any readable format. It fills the canvas, centred, its shape kept. */
  | { readonly kind: 'image'; readonly image: Blob };

/** `mask` is the network's answer alone, in grey: an alpha that the image itself has is not in it. */
export const OUTPUTS = ['cutout', 'mask'] as const;
export type Output = (typeof OUTPUTS)[number];

/** What the user asked for. A jpeg has no alpha: its transparent background becomes white. */
export interface CutoutOptions extends Omit<Arrangement, 'margins'> {
  readonly format: OutputFormat;
  readonly background: Background;
  readonly output: Output;
  /** Cut down to the subject's bounding box. */
  readonly crop: boolean;
  /** Around the cropped subject; without them a small one, within the image. */
  readonly margins?: Margins | undefined;
  /** All outside it counts as background. */
  readonly roi?: RegionOfInterest | undefined;
  /** A soft shadow below the subject. */
  readonly shadow?: boolean | undefined;
  /** In place of the image, a zip of its colours (`color.jpg`) and its alpha (`alpha.png`). `format` is not used. */
  readonly layers?: boolean | undefined;
  /** rembg's post-processing: a hard edge, without specks; with refinement also without small holes. */
  readonly postProcessMask?: boolean | undefined;
  readonly refinement?: Refinement | undefined;
  /** For closed-form refinement. */
  readonly trimap?: Partial<TrimapOptions> | undefined;
}

export const DEFAULT_OPTIONS: CutoutOptions = {
  format: 'png',
  background: { kind: 'transparent' },
  output: 'cutout',
  crop: false,
};

/** The options of a job as it carries them: text, numbers and flags that plain data can hold. */
export interface OptionTexts {
  readonly format: OutputFormat;
  readonly background: string;
  readonly output: Output;
  readonly crop: boolean;
  readonly crop_margin?: string | undefined;
  readonly max_megapixels?: number | undefined;
  readonly scale?: string | undefined;
  readonly position?: string | undefined;
  readonly roi?: string | undefined;
  readonly shadow?: boolean | undefined;
  readonly layers?: boolean | undefined;
  readonly post_process_mask?: boolean | undefined;
  readonly refine?: Refinement | undefined;
  readonly refine_foreground_threshold?: number | undefined;
  readonly refine_background_threshold?: number | undefined;
  readonly refine_erode_size?: number | undefined;
}

/**
 * @param backgroundImage for the background `image`
 * @throws MattingError `options_invalid`, whose message names the option and its value
 */
export function readOptions(texts: OptionTexts, backgroundImage?: Blob): CutoutOptions {
  const { format, output, crop, shadow, layers } = texts;
  const { crop_margin, max_megapixels, scale, position, roi } = texts;
  return {
    format,
    output,
    crop,
    shadow,
    layers,
    background: required('background', texts.background, (text) => parseBackground(text, backgroundImage)),
    margins: optional('crop_margin', crop_margin, parseMargins),
    maxPixels: max_megapixels === undefined ? undefined : max_megapixels * 1e6,
    scale: optional('scale', scale, parseScale),
    position: optional('position', position, parsePosition),
    roi: optional('roi', roi, parseRoi),
    postProcessMask: texts.post_process_mask,
    refinement: texts.refine,
    trimap: {
      ...(texts.refine_foreground_threshold !== undefined && {
        foregroundThreshold: texts.refine_foreground_threshold,
      }),
      ...(texts.refine_background_threshold !== undefined && {
        backgroundThreshold: texts.refine_background_threshold,
      }),
      ...(texts.refine_erode_size !== undefined && { erodeSize: texts.refine_erode_size }),
    },
  };
}

function required<T>(name: string, text: string, parse: (text: string) => T | undefined): T {
  const value = parse(text);
  if (value !== undefined) return value;
  throw new MattingError('options_invalid', `The option ${name}=${text} cannot be carried out.`);
}

function optional<T>(
  name: string,
  text: string | undefined,
  parse: (text: string) => T | undefined,
): T | undefined {
  return text === undefined ? undefined : required(name, text, parse);
}

/** `#rgb`, `#rrggbb` or `#rrggbbaa` in either case; undefined for anything else. */
export function parseColour(text: string): Rgba | undefined {
  if (/^#[0-9a-f]{3}$/i.test(text)) return parseColour(text.replace(/[0-9a-f]/gi, '$&$&'));
  if (!/^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(text)) return undefined;
  const at = (index: number) => Number.parseInt(text.slice(index, index + 2), 16);
  return [at(1), at(3), at(5), text.length === 9 ? at(7) : 255];
}

/**
 * `transparent`, `blur`, a colour as `parseColour` reads it, or `image` when there is one; undefined for anything
 * else.
 */
export function parseBackground(text: string, image?: Blob): Background | undefined {
  if (text === 'transparent' || text === 'blur') return { kind: text };
  if (text === 'image') return image && { kind: 'image', image };
  const rgba = parseColour(text);
  return rgba && { kind: 'colour', rgba };
}

/** One length for all sides, two (top and bottom, left and right) or four (top, right, bottom, left). */
export function parseMargins(text: string): Margins | undefined {
  const lengths = parseLengths(text) ?? [];
  const [top, right = top, bottom = top, left = right] = lengths;
  return [1, 2, 4].includes(lengths.length) ? { top, right, bottom, left } : undefined;
}

/** `80%`: above 0 and up to 100. */
export function parseScale(text: string): number | undefined {
  const [length, ...more] = parseLengths(text) ?? [];
  if (length?.unit !== '%' || more.length > 0 || !(length.value > 0 && length.value <= 100)) return undefined;
  return length.value / 100;
}

/** `original`, `center`, or one or two percentages: across and down. */
export function parsePosition(text: string): Position | undefined {
  if (text === 'original') return text;
  if (text === 'center') return { x: 0.5, y: 0.5 };
  const shares = (parseLengths(text) ?? []).map(toShare);
  const [x, y = x] = shares;
  const isPosition = (shares.length === 1 || shares.length === 2) && shares.every(isUpToOne);
  return isPosition && x !== undefined && y !== undefined ? { x, y } : undefined;
}

const toShare = (length: Length) => (length.unit === '%' ? inPixels(length, 1) : undefined);
const isUpToOne = (share: number | undefined) => share !== undefined && share <= 1;

/** `<x1> <y1> <x2> <y2>`. */
export function parseRoi(text: string): RegionOfInterest | undefined {
  const lengths = parseLengths(text);
  if (lengths?.length !== 4) return undefined;
  const [left, top, right, bottom] = lengths;
  return { left, top, right, bottom };
}
