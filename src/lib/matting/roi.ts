import type { Mask } from './image.ts';
import { inPixels, type Length } from './lengths.ts';

/** Two opposite corners, each in pixels or per cent of the image's width or height. */
export interface RegionOfInterest {
  readonly left: Length;
  readonly top: Length;
  readonly right: Length;
  readonly bottom: Length;
}

/** Makes background of all that lies outside the region, in place. */
export function confine(mask: Mask, { left, top, right, bottom }: RegionOfInterest): void {
  const { width, height, data } = mask;
  const edge = (length: Length, side: number) =>
    Math.min(Math.max(Math.round(inPixels(length, side)), 0), side);
  const fromX = edge(left, width);
  const toX = Math.max(edge(right, width), fromX);
  const fromY = edge(top, height);
  const toY = Math.max(edge(bottom, height), fromY);
  data.fill(0, 0, fromY * width);
  data.fill(0, toY * width);
  for (let y = fromY; y < toY; y++) {
    data.fill(0, y * width, y * width + fromX);
    data.fill(0, y * width + toX, (y + 1) * width);
  }
}
