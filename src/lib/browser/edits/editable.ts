import { type Edits, NO_EDITS } from '#matting/edits/edits.ts';
import { parseColour } from '#matting/options.ts';
import type { JobOptions } from '#queue/options.ts';
import type { EditSource } from './interface.ts';
import type { NotEditable } from './item-edits.ts';

/** How the result of a job holds its matte, or why it holds none that could be edited. */
export function matteOf(options: JobOptions): EditSource['matteIn'] | Exclude<NotEditable, 'gone'> {
  const { crop, scale, position, max_megapixels } = options;
  if (crop || scale !== undefined || position !== undefined || max_megapixels !== undefined) return 'cut';
  if (options.output === 'mask') return 'grey';
  const transparent = options.background === 'transparent' && options.format !== 'jpeg';
  return transparent && !options.shadow && !options.layers ? 'alpha' : 'painted';
}

/** Whether edits of a plain cutout can do all that these options ask for. */
export function canBeEdits(options: JobOptions): boolean {
  const { scale, position, max_megapixels, layers, crop_margin } = options;
  const unlike = [scale, position, max_megapixels, layers, crop_margin];
  const [, , , alpha = 255] = parseColour(options.background) ?? [];
  return unlike.every((option) => option === undefined || option === false) && alpha === 255;
}

/** The options of a plain cutout by the same mask. */
export function plainOptions(options: JobOptions): JobOptions {
  return {
    ...options,
    format: 'png',
    background: 'transparent',
    output: 'cutout',
    crop: false,
    crop_margin: undefined,
    max_megapixels: undefined,
    scale: undefined,
    position: undefined,
    shadow: undefined,
    layers: undefined,
  };
}

/** The margin that the pipeline leaves around a cropped subject. */
const CROP_MARGIN = 0.01;
/** What the pipeline's blur and shadow amount to. */
const BLUR = 0.27;
const SHADOW = { strength: 0.5, blur: 0.17, x: 0, y: 0.15 };

/** Edits that make a plain cutout look as these options would have made it. */
export function editsLike(options: JobOptions, picture: string | undefined): Edits {
  return {
    ...NO_EDITS,
    background: backgroundLike(options.background, picture),
    shadow: options.shadow ? SHADOW : null,
    frame: { ...NO_EDITS.frame, crop: options.crop, margin: CROP_MARGIN },
    output: {
      ...NO_EDITS.output,
      format: options.format,
      content: options.output === 'mask' ? 'mask' : 'image',
    },
  };
}

function backgroundLike(background: string, picture: string | undefined): Edits['background'] {
  if (background === 'blur') return { kind: 'blur', strength: BLUR };
  if (background === 'image' && picture !== undefined) return { kind: 'picture', picture, fit: 'cover' };
  const rgba = parseColour(background);
  if (rgba === undefined) return { kind: 'transparent' };
  const hex = rgba.slice(0, 3).map((value) => value.toString(16).padStart(2, '0'));
  return { kind: 'colour', colour: `#${hex.join('')}` };
}
