/** What is laid under the subject. All of it is small or is stretched, so one look serves every scale of its canvas. */
import type { Layout } from '../arrange.ts';
import { blurredBackground } from '../blur.ts';
import { paintColour } from '../compose.ts';
import type { Box, Mask, PixelImage } from '../image.ts';
import { parseColour } from '../options.ts';
import type { Edits } from './edits.ts';
import type { Size } from './frame.ts';
import { paintGradient } from './gradient.ts';
import { paintPicture, type Place, placeOf } from './picture.ts';
import { paintShade } from './shade.ts';

export interface Look {
  readonly edits: Edits;
  /** The user's own background, when there is one. */
  readonly picture?: PixelImage | undefined;
  /** The photo's background, blurred. */
  readonly blurred?: PixelImage | undefined;
  readonly shade?: Mask | undefined;
}

/** Radius of the least and the strongest blur, in pixels of a copy of 384; below the least one the copy would show. */
const LEAST_BLUR = 4;
const MOST_BLUR = 26;
const WHITE = [255, 255, 255, 255] as const;

export function blurOf(photo: PixelImage, alpha: Mask, strength: number): PixelImage {
  const radius = Math.round(LEAST_BLUR + (MOST_BLUR - LEAST_BLUR) * strength);
  const { width, height, data } = blurredBackground(photo, alpha, radius);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let to = 0, from = 0; to < rgba.length; to += 4, from += 3) {
    rgba[to] = data[from];
    rgba[to + 1] = data[from + 1];
    rgba[to + 2] = data[from + 2];
    rgba[to + 3] = 255;
  }
  return { width, height, data: rgba };
}

/**
 * Lays the image over its shadow and background. It shows the part `box` of the canvas that `layout` describes, at
 * whatever scale that has; `photo` is the size of the whole photo. A jpeg has no alpha: white is what is left.
 */
export function paintLook(image: PixelImage, box: Box, layout: Layout, photo: Size, look: Look): void {
  const { background, shadow, output } = look.edits;
  if (shadow && look.shade) paintShade(image, box, layout, look.shade, shadow);
  switch (background.kind) {
    case 'transparent':
      break;
    case 'colour':
      paintColour(image, parseColour(background.colour) ?? WHITE);
      break;
    case 'gradient':
      paintGradient(image, box, layout, background);
      break;
    case 'picture':
      if (look.picture) {
        paintPicture(image, box, look.picture, placeOf(look.picture, layout, background.fit));
      }
      break;
    case 'blur':
      if (look.blurred) paintPicture(image, box, look.blurred, placeOfPhoto(layout, photo));
      break;
    default:
      background satisfies never;
  }
  if (output.format === 'jpeg') paintColour(image, WHITE);
}

/** A blurred photo lies where the photo lies; where that leaves some of the canvas empty, it covers the canvas. */
function placeOfPhoto(layout: Layout, photo: Size): Place {
  const { from, to } = layout;
  if (to.width < layout.width || to.height < layout.height) return placeOf(photo, layout, 'cover');
  const across = to.width / from.width;
  const down = to.height / from.height;
  return {
    left: to.left - from.left * across,
    top: to.top - from.top * down,
    width: photo.width * across,
    height: photo.height * down,
  };
}
