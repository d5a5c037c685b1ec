/**
 * Where the subject comes to lie: cropping, margins, scale, position and size of the result, as one copy of a part of
 * the image into a canvas. It happens before any background is painted, while colours are still the photo's own under
 * every alpha, so that resampling makes no fringe.
 */
import { cropInPlace } from './compose.ts';
import type { Box, PixelImage } from './image.ts';
import { inPixels, type Length } from './lengths.ts';
import { lanczosGrey, lanczosRgb } from './resample.ts';

/** Room around the subject, each side in pixels or per cent of the subject's height (top, bottom) or width. */
export interface Margins {
  readonly top: Length;
  readonly right: Length;
  readonly bottom: Length;
  readonly left: Length;
}

/**
 * Where the subject lies: `original` leaves it there, else shares of the room that is left beside and above it, as
 * CSS's `background-position` takes them: 0 is the left or upper edge, 1 the right or lower one.
 */
export type Position = 'original' | { readonly x: number; readonly y: number };

export interface Arrangement {
  /** The canvas is the subject's box with these margins, which may reach beyond the image; else the whole image. */
  readonly margins?: Margins | undefined;
  /** Share of the canvas that the subject fills, by its fuller side; above 0, at most 1. */
  readonly scale?: number | undefined;
  readonly position?: Position | undefined;
  /** The canvas is scaled down to so many pixels. */
  readonly maxPixels?: number | undefined;
}

/** `from`: the part of the image that is shown, at `to` in the canvas. All in whole pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly from: Box;
  readonly to: Box;
  /** Where the subject's box is in the canvas. */
  readonly subject: Box;
}

/** As remove.bg limits margins: half of the subject, and so many pixels. */
const MAX_MARGIN_SHARE = 0.5;
const MAX_MARGIN_PIXELS = 500;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The arrangement of an image of size `image`, whose subject is in `subject`. */
export function layOut(image: Size, subject: Box, arrangement: Arrangement): Layout {
  const { margins, scale, position, maxPixels = Infinity } = arrangement;
  const frame = margins === undefined ? whole(image) : withMargins(subject, margins);
  const shrink = Math.min(1, Math.sqrt(maxPixels / (frame.width * frame.height)));
  const width = Math.max(1, Math.floor(frame.width * shrink));
  const height = Math.max(1, Math.floor(frame.height * shrink));
  const toCanvas = (box: Box): Box =>
    rounded((box.left - frame.left) * shrink, (box.top - frame.top) * shrink, box, shrink);
  if (scale === undefined && (position === undefined || position === 'original')) {
    const from = intersection(frame, whole(image));
    return { width, height, from, to: within(toCanvas(from), width, height), subject: toCanvas(subject) };
  }
  const factor =
    scale === undefined ? shrink : scale * Math.min(width / subject.width, height / subject.height);
  const placed = place({ width, height }, subject, factor, position, toCanvas);
  return { width, height, from: subject, to: placed, subject: placed };
}

/** Scaling implies the centre, unless a position is given. */
function place(
  canvas: Size,
  subject: Box,
  factor: number,
  position: Position = { x: 0.5, y: 0.5 },
  toCanvas: (box: Box) => Box,
): Box {
  const width = Math.min(canvas.width, Math.max(1, Math.round(subject.width * factor)));
  const height = Math.min(canvas.height, Math.max(1, Math.round(subject.height * factor)));
  if (position === 'original') {
    const before = toCanvas(subject);
    const left = before.left + (before.width - width) / 2;
    const top = before.top + (before.height - height) / 2;
    return {
      left: clamp(Math.round(left), 0, canvas.width - width),
      top: clamp(Math.round(top), 0, canvas.height - height),
      width,
      height,
    };
  }
  return {
    left: Math.round(position.x * (canvas.width - width)),
    top: Math.round(position.y * (canvas.height - height)),
    width,
    height,
  };
}

function withMargins(subject: Box, margins: Margins): Box {
  const pixels = (margin: Length, side: number) =>
    Math.round(Math.min(inPixels(margin, side), MAX_MARGIN_SHARE * side, MAX_MARGIN_PIXELS));
  const left = pixels(margins.left, subject.width);
  const top = pixels(margins.top, subject.height);
  return {
    left: subject.left - left,
    top: subject.top - top,
    width: subject.width + left + pixels(margins.right, subject.width),
    height: subject.height + top + pixels(margins.bottom, subject.height),
  };
}

/** Does what `layout` says; `image` is spent. Where nothing of it lies, the canvas is transparent black. */
export function arrange(image: PixelImage, { width, height, from, to }: Layout): PixelImage {
  const part = resized(cropInPlace(image, from), to.width, to.height);
  if (to.width === width && to.height === height) return part;
  const data = new Uint8ClampedArray(width * height * 4);
  const rowBytes = to.width * 4;
  for (let y = 0; y < to.height; y++) {
    const row = part.data.subarray(y * rowBytes, (y + 1) * rowBytes);
    data.set(row, ((to.top + y) * width + to.left) * 4);
  }
  return { width, height, data };
}

/** Colours and alpha each by themselves; the image itself when it has that size already. */
export function resized(image: PixelImage, width: number, height: number): PixelImage {
  if (image.width === width && image.height === height) return image;
  const rgb = lanczosRgb(image, width, height).data;
  const alpha = lanczosGrey(alphaOf(image), width, height).data;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0, at = 0, from = 0; i < alpha.length; i++, at += 4, from += 3) {
    data[at] = rgb[from];
    data[at + 1] = rgb[from + 1];
    data[at + 2] = rgb[from + 2];
    data[at + 3] = alpha[i];
  }
  return { width, height, data };
}

/** The image's alpha as a mask of its own. */
export function alphaOf({ width, height, data }: PixelImage) {
  const alpha = new Uint8Array(width * height);
  for (let i = 0, at = 3; i < alpha.length; i++, at += 4) alpha[i] = data[at];
  return { width, height, data: alpha };
}

function whole({ width, height }: Size): Box {
  return { left: 0, top: 0, width, height };
}

function intersection(a: Box, b: Box): Box {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  return {
    left,
    top,
    width: Math.min(a.left + a.width, b.left + b.width) - left,
    height: Math.min(a.top + a.height, b.top + b.height) - top,
  };
}

function rounded(left: number, top: number, { width, height }: Size, factor: number): Box {
  const x = Math.round(left);
  const y = Math.round(top);
  return {
    left: x,
    top: y,
    width: Math.max(1, Math.round(left + width * factor) - x),
    height: Math.max(1, Math.round(top + height * factor) - y),
  };
}

/** Rounding may lead one pixel out of the canvas. */
function within(box: Box, width: number, height: number): Box {
  const left = clamp(box.left, 0, width - 1);
  const top = clamp(box.top, 0, height - 1);
  return {
    left,
    top,
    width: Math.min(box.width, width - left),
    height: Math.min(box.height, height - top),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
