/**
 * What a person changed on a cutout, as data: applied to the photo and its matte whenever the result is shown or
 * exported, and never to what is kept. All but the strokes fits any photo: lengths are shares, not pixels.
 */
import * as z from 'zod/mini';

export const EXPORT_FORMATS = ['png', 'webp', 'jpeg', 'avif'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const ASPECTS = ['free', 'original', '1:1', '4:5', '3:4', '16:9'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** Longest side of a fixed output size, pixels: 36 megapixels at most. */
export const MAX_SIDE = 6000;
/** Most of each side that may be left empty around the subject. */
export const MAX_MARGIN = 0.4;

const share = z.number().check(z.minimum(0), z.maximum(1));
const signedShare = z.number().check(z.minimum(-1), z.maximum(1));
const colour = z.string().check(z.regex(/^#[0-9a-f]{6}$/));
const side = z.int().check(z.minimum(1), z.maximum(MAX_SIDE));

const background = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('transparent') }),
  z.object({ kind: z.literal('colour'), colour }),
  /** `angle`: degrees, as CSS counts them: 0 runs upwards, 90 to the right. Radial ones run from the centre. */
  z.object({
    kind: z.literal('gradient'),
    shape: z.enum(['linear', 'radial']),
    from: colour,
    to: colour,
    angle: z.number().check(z.minimum(0), z.maximum(360)),
  }),
  /** `picture`: names an image that the host keeps. */
  z.object({ kind: z.literal('picture'), picture: z.string(), fit: z.enum(['cover', 'contain']) }),
  /** The photo's own background, out of focus. */
  z.object({ kind: z.literal('blur'), strength: share }),
]);

/** `blur` and the offsets `x` and `y` are shares of a tenth of the canvas's longer side. */
const shadow = z.object({ strength: share, blur: share, x: signedShare, y: signedShare });

/**
 * What the canvas is. `crop`: the subject with `margin`, a share of the canvas's sides, in the shape `aspect`; else the
 * whole photo. `size`: scaled to exactly this, with the subject (or the whole photo) centred.
 */
const frame = z.object({
  crop: z.boolean(),
  margin: z.number().check(z.minimum(0), z.maximum(MAX_MARGIN)),
  aspect: z.enum(ASPECTS),
  size: z.nullable(z.object({ width: side, height: side })),
});

/** `quality`: 1 to 100, for formats that lose something. `pattern`: how the file is named. */
const output = z.object({
  format: z.enum(EXPORT_FORMATS),
  quality: z.int().check(z.minimum(1), z.maximum(100)),
  content: z.enum(['image', 'mask']),
  pattern: z.string().check(z.maxLength(200)),
});

/**
 * One movement of the brush. `points`: x, y and pressure (0 to 1, scales the radius) one after the other, x and y in
 * pixels of the photo. `radius` in pixels of the photo. `hardness`: share of the radius that has full effect. `snap`:
 * 0 paints over everything, 1 stops at the faintest edge.
 */
const stroke = z.object({
  id: z.string(),
  mode: z.enum(['erase', 'keep']),
  radius: z.number().check(z.minimum(0.5), z.maximum(5000)),
  hardness: share,
  snap: share,
  points: z.array(z.number()),
});

export const editsSchema = z.object({
  version: z.literal(1),
  strokes: z.array(stroke),
  background,
  shadow: z.nullable(shadow),
  frame,
  /** Takes the old background's colour out of soft edges. */
  clean: z.boolean(),
  output,
});

export type Edits = z.infer<typeof editsSchema>;
export type EditBackground = Edits['background'];
export type Gradient = Extract<EditBackground, { kind: 'gradient' }>;
export type Shadow = NonNullable<Edits['shadow']>;
export type Frame = Edits['frame'];
export type ExportOutput = Edits['output'];
export type Stroke = Edits['strokes'][number];

export const DEFAULT_PATTERN = '{name}';

/** Nothing changed: the cutout as it is. */
export const NO_EDITS: Edits = {
  version: 1,
  strokes: [],
  background: { kind: 'transparent' },
  shadow: null,
  frame: { crop: false, margin: 0.05, aspect: 'free', size: null },
  clean: true,
  output: { format: 'png', quality: 90, content: 'image', pattern: DEFAULT_PATTERN },
};

/** Whether anything differs from `NO_EDITS`: the plain result then is what is wanted. */
export function isUnedited(edits: Edits): boolean {
  return JSON.stringify({ ...edits, clean: true }) === JSON.stringify(NO_EDITS);
}

/** The look of `edits` on another photo, which keeps its own strokes. */
export function withLookOf(edits: Edits, own: Edits | undefined): Edits {
  return { ...edits, strokes: own?.strokes ?? [] };
}

/** What was stored, possibly by another version; undefined when this one cannot read it. */
export function readEdits(stored: unknown): Edits | undefined {
  const parsed = editsSchema.safeParse(stored);
  return parsed.success ? parsed.data : undefined;
}
