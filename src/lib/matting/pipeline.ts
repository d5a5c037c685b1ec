import { blurredBackground, paintBlur } from './blur.ts';
import type { DecodeLimits, EncodeTarget, ImageCodec } from './codec.ts';
import { alphaToGrey, applyMask, cropInPlace, paintColour, replaceAlpha, subjectBox } from './compose.ts';
import { type MattingWarning, throwIfAborted } from './errors.ts';
import type { PixelImage } from './image.ts';
import { maskFromOutput } from './mask.ts';
import type { ModelSpec } from './model.ts';
import type { CutoutOptions } from './options.ts';
import { preprocess } from './preprocess.ts';
import { lanczosGrey } from './resample.ts';
import type { InferenceSession, Tensor } from './runtime.ts';

/** In the order in which an image passes them. */
export const STAGES = ['decode', 'preprocess', 'infer', 'postprocess', 'compose', 'encode'] as const;
export type Stage = (typeof STAGES)[number];

export interface Cutout {
  readonly blob: Blob;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly warnings: readonly MattingWarning[];
}

export interface MattingParts {
  readonly codec: ImageCodec;
  readonly session: InferenceSession;
  readonly model: ModelSpec;
  readonly limits: DecodeLimits;
}

export interface MattingControl {
  /** Looked at between stages, never inside one. */
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

/**
 * One image to one cutout with `matte`. A host that keeps several images in flight calls its three parts itself, so
 * that one image is decoded and another encoded while a third is inferred.
 */
export interface Matting {
  matte(input: Blob, options: CutoutOptions, control: MattingControl): Promise<Cutout>;
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

/** Alpha above this counts as subject when cropping; below it lies the haze that models leave everywhere. */
const CROP_THRESHOLD = 12;
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
    const mask = lanczosGrey(maskFromOutput(output, model), image.width, image.height);
    enter('compose', control);
    const backdrop = needsBackdrop(options) ? blurredBackground(image, mask) : undefined;
    if (options.output === 'mask') replaceAlpha(image, mask);
    else applyMask(image, mask);
    const warnings = [...prepared.warnings];
    const box = subjectBox(image, CROP_THRESHOLD, cropMargin(image));
    if (!box) warnings.push(subjectEmpty(options.crop));
    if (options.output === 'mask') alphaToGrey(image);
    else if (backdrop) paintBlur(image, backdrop);
    else paintBackground(image, options);
    const result = options.crop && box ? cropInPlace(image, box) : image;
    enter('encode', control);
    const blob = await codec.encode(result, encodeTarget(options), control.signal);
    return { blob, width: result.width, height: result.height, warnings };
  }

  async function matte(input: Blob, options: CutoutOptions, control: MattingControl): Promise<Cutout> {
    const prepared = await prepare(input, control);
    return finish(prepared, await infer(prepared, control), options, control);
  }

  return { matte, prepare, infer, finish };
}

function needsBackdrop(options: CutoutOptions): boolean {
  return options.output === 'cutout' && options.background.kind === 'blur';
}

function paintBackground(image: PixelImage, { background, format }: CutoutOptions): void {
  if (background.kind === 'colour') paintColour(image, background.rgba);
  if (format === 'jpeg') paintColour(image, WHITE);
}

function encodeTarget({ format, output }: CutoutOptions): EncodeTarget {
  return output === 'mask' ? { format, grey: true } : { format };
}

function cropMargin({ width, height }: PixelImage): number {
  return Math.round(Math.max(width, height) * CROP_MARGIN);
}

function subjectEmpty(crop: boolean): MattingWarning {
  const consequence = crop ? ', so it was not cropped' : '';
  return { code: 'subject_empty', message: `No subject was found in this image${consequence}.` };
}
