import { alphaOf, arrange } from '../arrange.ts';
import { alphaToGrey, SUBJECT_THRESHOLD, subjectBox } from '../compose.ts';
import type { PixelImage } from '../image.ts';
import { estimateForeground } from '../refine/foreground.ts';
import type { Edits } from './edits.ts';
import { layoutOf } from './frame.ts';
import { blurOf, paintLook } from './look.ts';
import { shadeOf } from './shade.ts';

/**
 * What is exported: the photo's colours with the matte in their alpha, strokes applied already, as `edits` want it.
 * `image` is spent. `picture`: the background picture, if there is one.
 */
export function renderEdits(image: PixelImage, edits: Edits, picture?: PixelImage): PixelImage {
  const photo = { width: image.width, height: image.height };
  const layout = layoutOf(photo, subjectBox(image, SUBJECT_THRESHOLD, 0), edits.frame);
  if (edits.output.content === 'mask') {
    const mask = arrange(image, layout);
    alphaToGrey(mask);
    return mask;
  }
  const { background, shadow } = edits;
  const blurred = background.kind === 'blur' ? blurOf(image, alphaOf(image), background.strength) : undefined;
  if (edits.clean) estimateForeground(image, alphaOf(image));
  const canvas = arrange(image, layout);
  const whole = { left: 0, top: 0, width: canvas.width, height: canvas.height };
  const shade = shadow ? shadeOf(canvas, { ...layout, to: whole }, whole, shadow) : undefined;
  paintLook(canvas, whole, layout, photo, { edits, picture, blurred, shade });
  return canvas;
}
