import { arrange, layOut, type Margins } from './arrange.ts';
import { paintImage } from './backdrop.ts';
import { blurredBackground, paintBlur } from './blur.ts';
import type { DecodeLimits, EncodeTarget, ImageCodec } from './codec.ts';
import {
  alphaToGrey,
  applyMask,
  paintColour,
  replaceAlpha,
  SUBJECT_THRESHOLD,
  subjectBox,
} from './compose.ts';
import { MattingError, type MattingWarning, throwIfAborted } from './errors.ts';
import { type Features, featuresFromOutput } from './features/features.ts';
import { discard, type Box, type Mask, type PixelImage, type RgbImage } from './image.ts';
import { encodeLayers } from './layers.ts';
import { maskFromOutput } from './mask.ts';
import type { ModelSpec } from './model.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { CutoutOptions } from './options.ts';
import { preprocess } from './preprocess.ts';
import { fillHoles, removeSpecks } from './refine/artefacts.ts';
import { postProcessMask } from './refine/clean.ts';
import { refine } from './refine/refine.ts';
import { lanczosGrey } from './resample.ts';
import { confine } from './roi.ts';
import type { InferenceSession, Tensor } from './runtime.ts';
import { paintShadow } from './shadow.ts';
import { inPieces } from './steps.ts';
import type { Stage } from './stages.ts';

export interface Cutout {
  readonly blob: Blob;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Where the subject is in the result; undefined when none was found. */
  readonly subject?: Box | undefined;
  readonly warnings: readonly MattingWarning[];
}

export interface MattingParts {
  readonly codec: ImageCodec;
  readonly session: InferenceSession;
  readonly model: ModelSpec;
  readonly limits: DecodeLimits;
}

export interface MattingControl {
  /** Looked at between stages, and while an image is refined. */
  readonly signal: AbortSignal;
  /** Called as each stage begins. */
  readonly onStage?: ((stage: Stage) => void) | undefined;
}

/** An image on its way: decoded, and as the network wants it. */
export interface Prepared {
  readonly image: PixelImage;
  readonly input: Tensor;
  readonly warnings: readonly MattingWarning[];
}

/** One image to one cutout with `matte`, and its three parts. */
export interface Matting {
  /**
   * @param exclusively has inferences take turns, for a host that keeps several images in flight: one is decoded and
   * another encoded while a third is inferred
   */
  matte(
    input: Blob,
    options: CutoutOptions,
    control: MattingControl,
    exclusively?: ReturnType<typeof oneAtATime>,
  ): Promise<Cutout>;
  prepare(input: Blob, control: MattingControl): Promise<Prepared>;
  infer(prepared: Prepared, control: MattingControl): Promise<Tensor>;
  /** Consumes `prepared`: its pixels become the result's. */
  finish(
    prepared: Prepared,
    output: Tensor,
    options: CutoutOptions,
    control: MattingControl,
  ): Promise<Cutout>;
}

/** Room left around a cropped subject, as a share of the image's longer side. */
const CROP_MARGIN = 0.01;
const WHITE = [255, 255, 255, 255] as const;

export const DEFAULT_LIMITS: DecodeLimits = { maxPixels: 100_000_000 };

function enter(stage: Stage, { signal, onStage }: MattingControl): void {
  throwIfAborted(signal);
  onStage?.(stage);
}

/** All methods throw MattingError only, as their ports do. */
export function createMatting(parts: MattingParts): Matting {
  const { codec, session, model, limits } = parts;

  async function prepare(input: Blob, control: MattingControl): Promise<Prepared> {
    enter('decode', control);
    const { image, warnings } = await codec.decode(input, limits, control.signal);
    enter('preprocess', control);
    return { image, input: preprocess(image, model), warnings };
  }

  async function infer(prepared: Prepared, control: MattingControl): Promise<Tensor> {
    enter('infer', control);
    return session.run(prepared.input, control.signal);
  }

  async function finish(
    prepared: Prepared,
    output: Tensor,
    options: CutoutOptions,
    control: MattingControl,
  ): Promise<Cutout> {
    const { image } = prepared;
    enter('postprocess', control);
    const coarse = maskFromOutput(output, model);
    tidyMask(coarse, options);
    const mask = lanczosGrey(coarse, image.width, image.height);
    const features = featuresFromOutput(output, model);
    await reviseMask(image, { mask, features }, options, control.signal);
    enter('compose', control);
    const backdrop = await readBackdrop(options, control);
    const composed = compose(image, mask, options, backdrop);
    discard(mask.data);
    const warnings = [...prepared.warnings];
    if (composed.subject === undefined) warnings.push(subjectEmpty(options.crop));
    enter('encode', control);
    const { width, height } = composed.image;
    const blob = await encode(composed.image, options, control);
    discard(composed.image.data);
    discard(image.data);
    return { blob, width, height, subject: composed.subject, warnings };
  }

  /** The picture to lay the subject on, if one was asked for. */
  async function readBackdrop({ output, background }: CutoutOptions, { signal }: MattingControl) {
    if (output === 'mask' || background.kind !== 'image') return undefined;
    try {
      return (await codec.decode(background.image, limits, signal)).image;
    } catch (cause) {
      if (!(cause instanceof MattingError) || cause.code === 'aborted') throw cause;
      throw new MattingError(cause.code, `The background image cannot be used. ${cause.message}`, { cause });
    }
  }

  function encode(image: PixelImage, options: CutoutOptions, { signal }: MattingControl): Promise<Blob> {
    if (options.layers && options.output === 'cutout') return encodeLayers(codec, image, signal);
    return codec.encode(image, encodeTarget(options), signal);
  }

  async function matte(
    input: Blob,
    options: CutoutOptions,
    control: MattingControl,
    exclusively = oneAtATime(),
  ): Promise<Cutout> {
    const prepared = await prepare(input, control);
    const output = await exclusively(() => infer(prepared, control));
    return finish(prepared, output, options, control);
  }

  return { matte, prepare, infer, finish };
}

/** Without refinement the mask stays as rembg has it. Holes may be gaps, so they are filled only when asked. */
function tidyMask(
  coarse: Mask,
  { refinement = 'none', postProcessMask: isPostProcessed }: CutoutOptions,
): void {
  if (refinement === 'none') return;
  removeSpecks(coarse);
  if (isPostProcessed) fillHoles(coarse);
}

/** Everything that changes the mask before it is used, in rembg's order. */
async function reviseMask(
  image: PixelImage,
  { mask, features }: { readonly mask: Mask; readonly features: Features | undefined },
  options: CutoutOptions,
  signal: AbortSignal,
): Promise<void> {
  const { roi, refinement = 'none', trimap } = options;
  if (options.postProcessMask) postProcessMask(mask);
  if (roi) confine(mask, roi);
  await inPieces(refine(image, mask, refinement, { trimap, features }), signal);
  // Refinement may reach a little beyond the region again.
  if (roi && refinement !== 'none') confine(mask, roi);
}

/** Mask, arrangement, shadow and background, in this order; `image` is spent. */
function compose(
  image: PixelImage,
  mask: Mask,
  options: CutoutOptions,
  backdrop: PixelImage | undefined,
): { image: PixelImage; subject: Box | undefined } {
  const blurs = options.output === 'cutout' && options.background.kind === 'blur';
  const blurred = blurs ? blurredBackground(image, mask) : undefined;
  if (options.output === 'mask') replaceAlpha(image, mask);
  else applyMask(image, mask);
  const box = subjectBox(image, SUBJECT_THRESHOLD, 0);
  // A blurred background belongs to the whole photo, so it is painted before that is cropped.
  const paintsFirst = blurred !== undefined && !isPlaced(options);
  if (paintsFirst) paintBlur(image, blurred);
  const layout = layOut(
    image,
    box ?? wholeOf(image),
    box ? arrangementOf(image, box, options) : sizeOnly(options),
  );
  const arranged = arrange(image, layout);
  if (options.output === 'mask') alphaToGrey(arranged);
  else if (!paintsFirst) paintBackground(arranged, options, blurred, backdrop);
  return { image: arranged, subject: box && layout.subject };
}

const isPlaced = ({ scale, position, shadow }: CutoutOptions) =>
  scale !== undefined || position !== undefined || shadow === true;

const wholeOf = ({ width, height }: PixelImage): Box => ({ left: 0, top: 0, width, height });

/** Without a subject there is nothing to place. */
const sizeOnly = ({ maxPixels }: CutoutOptions) => ({ maxPixels });

function arrangementOf(image: PixelImage, box: Box, options: CutoutOptions) {
  const { crop, margins, scale, position, maxPixels } = options;
  return { scale, position, maxPixels, margins: crop ? (margins ?? smallMargins(image, box)) : undefined };
}

/** The usual margin, as far as the image reaches. */
function smallMargins(image: PixelImage, box: Box): Margins {
  const most = Math.round(Math.max(image.width, image.height) * CROP_MARGIN);
  const pixels = (room: number) => ({ value: Math.min(most, room), unit: 'px' as const });
  return {
    top: pixels(box.top),
    left: pixels(box.left),
    right: pixels(image.width - box.left - box.width),
    bottom: pixels(image.height - box.top - box.height),
  };
}

function paintBackground(
  image: PixelImage,
  { background, format, shadow, layers }: CutoutOptions,
  blurred: RgbImage | undefined,
  picture: PixelImage | undefined,
): void {
  if (shadow) paintShadow(image);
  if (background.kind === 'colour') paintColour(image, background.rgba);
  if (blurred) paintBlur(image, blurred);
  if (picture) paintImage(image, picture);
  if (format === 'jpeg' && !layers) paintColour(image, WHITE);
}

function encodeTarget({ format, output }: CutoutOptions): EncodeTarget {
  return output === 'mask' ? { format, grey: true } : { format };
}

function subjectEmpty(crop: boolean): MattingWarning {
  const consequence = crop ? ', so it was not cropped' : '';
  return { code: 'subject_empty', message: `No subject was found in this image${consequence}.` };
}
