import type { Layout } from '../arrange.ts';
import type { Box } from '../image.ts';
import type { Aspect, Frame } from './edits.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where the photo comes to lie on the canvas, in numbers that are not whole yet. */
interface Placing extends Size {
  /** Canvas pixels a photo pixel. */
  readonly scale: number;
  /** Of the photo's upper left corner, in the canvas. */
  readonly left: number;
  readonly top: number;
}

/** The canvas for a photo whose subject is in `subject`; the whole photo stands for it when there is none. */
export function layoutOf(photo: Size, subject: Box | undefined, frame: Frame): Layout {
  const content = frame.crop && subject ? subject : { left: 0, top: 0, ...photo };
  if (!frame.crop && frame.size === null) {
    return { ...photo, from: content, to: content, subject: subject ?? content };
  }
  return inWholePixels(photo, subject ?? content, placing(photo, content, frame));
}

function placing(photo: Size, content: Box, { crop, margin, aspect, size }: Frame): Placing {
  const room = crop ? 1 - 2 * margin : 1;
  if (size === null) return centred(content, around(content, margin, ratioOf(aspect, photo)), 1);
  const scale = Math.min((size.width * room) / content.width, (size.height * room) / content.height);
  return centred(content, size, scale);
}

function centred(content: Box, { width, height }: Size, scale: number): Placing {
  const left = width / 2 - (content.left + content.width / 2) * scale;
  const top = height / 2 - (content.top + content.height / 2) * scale;
  return { width, height, scale, left, top };
}

/** The smallest canvas of that shape that leaves `margin` of each of its sides empty beside `content`. */
function around(content: Size, margin: number, ratio: number | undefined): Size {
  const room = 1 - 2 * margin;
  if (ratio === undefined) {
    const more = (Math.max(content.width, content.height) / room) * margin * 2;
    return { width: Math.round(content.width + more), height: Math.round(content.height + more) };
  }
  const height = Math.max(content.height / room, content.width / room / ratio);
  return { width: Math.max(1, Math.round(height * ratio)), height: Math.max(1, Math.round(height)) };
}

/** Width by height; undefined leaves the subject its own shape. */
function ratioOf(aspect: Aspect, photo: Size): number | undefined {
  switch (aspect) {
    case 'free':
      return undefined;
    case 'original':
      return photo.width / photo.height;
    case '1:1':
    case '4:5':
    case '3:4':
    case '16:9': {
      const [width, height] = aspect.split(':').map(Number);
      return width / height;
    }
    default:
      return aspect satisfies never;
  }
}

/** The part of the photo that shows, cut at whole pixels of both photo and canvas. */
function inWholePixels(photo: Size, subject: Box, { width, height, scale, left, top }: Placing): Layout {
  const across = visible(photo.width, width, scale, left);
  const down = visible(photo.height, height, scale, top);
  const box = (at: readonly [number, number], along: readonly [number, number]): Box => ({
    left: at[0],
    top: along[0],
    width: at[1],
    height: along[1],
  });
  return {
    width,
    height,
    from: box(across.from, down.from),
    to: box(across.to, down.to),
    subject: {
      left: Math.round(subject.left * scale + left),
      top: Math.round(subject.top * scale + top),
      width: Math.max(1, Math.round(subject.width * scale)),
      height: Math.max(1, Math.round(subject.height * scale)),
    },
  };
}

/** Start and length, in one direction, of what shows: in the photo and in the canvas. */
function visible(photo: number, canvas: number, scale: number, offset: number) {
  // Without scaling the offset decides alone: both ends move together, and no pixel is resampled.
  const start = scale === 1 ? Math.round(offset) : offset;
  const first = clamp(Math.floor(-start / scale), 0, photo - 1);
  const last = clamp(Math.ceil((canvas - start) / scale), first + 1, photo);
  const from = clamp(Math.round(first * scale + start), 0, canvas - 1);
  const to = clamp(Math.round(last * scale + start), from + 1, canvas);
  return { from: [first, last - first], to: [from, to - from] } as const;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** The layout of the same picture on a smaller canvas, for previews. `factor`: above 0, at most 1. */
export function scaledLayout(layout: Layout, factor: number): Layout {
  if (factor === 1) return layout;
  return {
    width: Math.ceil(layout.width * factor),
    height: Math.ceil(layout.height * factor),
    from: layout.from,
    to: scaledBox(layout.to, factor),
    subject: scaledBox(layout.subject, factor),
  };
}

/** The least box of whole pixels that holds `box` scaled. */
export function scaledBox({ left, top, width, height }: Box, factor: number): Box {
  const x = Math.floor(left * factor);
  const y = Math.floor(top * factor);
  return {
    left: x,
    top: y,
    width: Math.max(1, Math.ceil((left + width) * factor) - x),
    height: Math.max(1, Math.ceil((top + height) * factor) - y),
  };
}
