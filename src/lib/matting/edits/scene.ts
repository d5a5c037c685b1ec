import { alphaOf, type Layout, resized } from '../arrange.ts';
import { alphaToGrey, cropInPlace, SUBJECT_THRESHOLD, subjectBox } from '../compose.ts';
import type { Box, Mask, PixelImage } from '../image.ts';
import { estimateForeground } from '../refine/foreground.ts';
import { type Edits, NO_EDITS } from './edits.ts';
import { layoutOf, scaledBox, scaledLayout } from './frame.ts';
import { blurOf, type Look, paintLook } from './look.ts';
import { Pyramid } from './pyramid.ts';
import { LARGEST, shadeOf } from './shade.ts';

/** What is looked at: the result, the photo in the result's place, or the whole photo as the brush works on it. */
export type Sight = 'result' | 'photo' | 'brush';

export interface ViewOptions {
  readonly sight: Sight;
  readonly edits: Edits;
  readonly picture?: PixelImage | undefined;
  /** Of the view to the full canvas, 1 or less. */
  readonly scale: number;
  /** What is seen, in pixels of the full canvas; without it all of it. */
  readonly part?: Box | undefined;
  /** How much of what was removed shows through, 0 to 1; for the brush. */
  readonly ghost?: number | undefined;
}

/** Pixels, and where they belong: `box` is in pixels of the canvas `layout`, which has the view's scale. */
export interface View {
  readonly image: PixelImage;
  readonly box: Box;
  readonly layout: Layout;
  readonly canvas: { readonly width: number; readonly height: number };
}

/** The photo's part `from` of `image`, which belongs at `to`. Both boxes have the same size. */
interface Cut {
  readonly image: PixelImage;
  readonly from: Box;
  readonly to: Box;
}

/** Pixels around a part that the estimate of edge colours sees besides it. */
const SURROUNDINGS = 96;
/** Longer side of what is blurred: the blur itself works on 384 pixels. */
const BLURRED_FROM = 768;

/**
 * An open image, of which any part can be rendered at any scale of a half, a quarter and so on, by the same steps as
 * `renderEdits`. What a change leaves as it was is kept between two views.
 */
export class Scene {
  readonly #image: PixelImage;
  readonly #pyramid: Pyramid;
  #subject: { box: Box | undefined } | undefined;
  readonly #kept = new Map<string, { key: string; value: unknown }>();
  #version = 0;

  /** @param image the photo's colours with the matte as alpha; its alpha may be changed, as told by `alphaChanged` */
  constructor(image: PixelImage) {
    this.#image = image;
    this.#pyramid = new Pyramid(image);
  }

  /** While a stroke is being drawn, shadow and blur stay those of the matte before; `settle` ends that. */
  alphaChanged(box: Box): void {
    this.#pyramid.alphaChanged(box);
  }

  settle(): void {
    this.#version += 1;
    this.#subject = undefined;
  }

  layout(edits: Edits): Layout {
    this.#subject ??= { box: subjectBox(this.#image, SUBJECT_THRESHOLD, 0) };
    return layoutOf(this.#image, this.#subject.box, edits.frame);
  }

  view({ sight, edits: all, picture, scale, part, ghost = 0 }: ViewOptions): View {
    const edits = sight === 'brush' ? { ...all, frame: NO_EDITS.frame, shadow: null } : all;
    const full = this.layout(edits);
    const layout = scaledLayout(full, scale);
    const box = part ? within(scaledBox(part, scale), layout) : whole(layout);
    const cut = this.#cut(full, layout, edits);
    const canvas = { width: full.width, height: full.height };
    const cleans = sight === 'result' && edits.clean && edits.output.content === 'image';
    const image = cleans ? cleanWindow(cut, box, layout) : windowOf(cut, box);
    if (sight === 'photo') uncover(image, cut, box);
    else if (sight === 'result' && edits.output.content === 'mask') alphaToGrey(image);
    else {
      if (ghost > 0) haunt(image, ghost);
      paintLook(image, box, layout, this.#image, this.#look(full, edits, picture));
    }
    return { image, box, layout, canvas };
  }

  /** The photo's own colour at a place of the full canvas; undefined beside the photo. */
  colourAt(edits: Edits, sight: Sight, x: number, y: number): [number, number, number] | undefined {
    const layout = this.layout(sight === 'brush' ? { ...edits, frame: NO_EDITS.frame } : edits);
    const { from, to } = layout;
    const across = Math.floor(((x - to.left) / to.width) * from.width);
    const down = Math.floor(((y - to.top) / to.height) * from.height);
    if (across < 0 || down < 0 || across >= from.width || down >= from.height) return undefined;
    const at = ((from.top + down) * this.#image.width + from.left + across) * 4;
    const { data } = this.#image;
    return [data[at], data[at + 1], data[at + 2]];
  }

  #cut(full: Layout, layout: Layout, edits: Edits): Cut {
    const level = this.#pyramid.coarsest(Math.min(1, layout.to.width / full.from.width));
    const image = this.#pyramid.level(level);
    const from = within(scaledBox(full.from, 0.5 ** level), image);
    const { to } = layout;
    // Rounding of halves may differ by one pixel, which is no reason to resample.
    if (Math.abs(from.width - to.width) <= 1 && Math.abs(from.height - to.height) <= 1) {
      const size = { width: Math.min(from.width, to.width), height: Math.min(from.height, to.height) };
      return { image, from: { ...from, ...size }, to: { ...to, ...size } };
    }
    const key = JSON.stringify([this.#version, edits.frame, layout.width, layout.height]);
    const small = this.#keep('cut', key, () => resized(copyOf(image, from), to.width, to.height));
    return { image: small, from: whole(to), to };
  }

  #look(full: Layout, edits: Edits, picture: PixelImage | undefined): Look {
    const { background, shadow } = edits;
    const blurred =
      background.kind === 'blur'
        ? this.#keep('blur', JSON.stringify([this.#version, background.strength]), () =>
            this.#blur(background.strength),
          )
        : undefined;
    const shade = shadow
      ? this.#keep('shade', JSON.stringify([this.#version, edits.frame, shadow.blur]), () =>
          this.#shade(full, edits, shadow),
        )
      : undefined;
    return { edits, picture, blurred, shade };
  }

  #blur(strength: number): PixelImage {
    const longer = Math.max(this.#image.width, this.#image.height);
    const image = this.#pyramid.level(this.#pyramid.coarsest(Math.min(1, BLURRED_FROM / longer)));
    return blurOf(image, alphaOf(image), strength);
  }

  #shade(full: Layout, edits: Edits, shadow: NonNullable<Edits['shadow']>): Mask {
    const halves = Math.floor(Math.log2(Math.max(full.width, full.height) / LARGEST));
    const layout = scaledLayout(full, 0.5 ** Math.max(halves, 0));
    const cut = this.#cut(full, layout, edits);
    return shadeOf(cut.image, { ...layout, to: cut.to }, cut.from, shadow);
  }

  /** One value a name, made again when its key is another. */
  #keep<T>(name: string, key: string, make: () => T): T {
    const kept = this.#kept.get(name);
    if (kept?.key === key) return kept.value as T;
    const value = make();
    this.#kept.set(name, { key, value });
    return value;
  }
}

const whole = ({ width, height }: { width: number; height: number }): Box => ({
  left: 0,
  top: 0,
  width,
  height,
});

function within(box: Box, { width, height }: { width: number; height: number }): Box {
  const left = Math.min(Math.max(box.left, 0), width - 1);
  const top = Math.min(Math.max(box.top, 0), height - 1);
  const right = Math.min(Math.max(box.left + box.width, left + 1), width);
  const bottom = Math.min(Math.max(box.top + box.height, top + 1), height);
  return { left, top, width: right - left, height: bottom - top };
}

function copyOf(image: PixelImage, box: Box): PixelImage {
  return windowOf({ image, from: box, to: whole(box) }, whole(box));
}

/** The canvas's part `box` with nothing under the subject. */
function windowOf({ image, from, to }: Cut, box: Box): PixelImage {
  const { width, height } = box;
  const data = new Uint8ClampedArray(width * height * 4);
  const left = Math.max(box.left, to.left);
  const right = Math.min(box.left + width, to.left + to.width);
  if (right <= left) return { width, height, data };
  for (let y = Math.max(box.top, to.top); y < Math.min(box.top + height, to.top + to.height); y++) {
    const at = ((from.top + y - to.top) * image.width + from.left + left - to.left) * 4;
    data.set(image.data.subarray(at, at + (right - left) * 4), ((y - box.top) * width + left - box.left) * 4);
  }
  return { width, height, data };
}

function cleanWindow(cut: Cut, box: Box, canvas: Layout): PixelImage {
  const { left, top, width, height } = box;
  const more = {
    left: left - SURROUNDINGS,
    top: top - SURROUNDINGS,
    width: width + 2 * SURROUNDINGS,
    height: height + 2 * SURROUNDINGS,
  };
  const around = within(more, canvas);
  const image = windowOf(cut, around);
  estimateForeground(image, alphaOf(image));
  return cropInPlace(image, { left: left - around.left, top: top - around.top, width, height });
}

/** The photo itself, where there is photo. */
function uncover({ data }: PixelImage, { to }: Cut, box: Box): void {
  for (let y = 0; y < box.height; y++) {
    const row = box.top + y - to.top;
    if (row < 0 || row >= to.height) continue;
    for (let x = 0; x < box.width; x++) {
      const column = box.left + x - to.left;
      if (column >= 0 && column < to.width) data[(y * box.width + x) * 4 + 3] = 255;
    }
  }
}

/** Lets what was removed show through faintly: its colours are still there. */
function haunt({ data }: PixelImage, strength: number): void {
  for (let at = 3; at < data.length; at += 4) data[at] += (255 - data[at]) * strength;
}
