import type { Box, PixelImage } from '../../image.ts';
import { ramp } from '../../refine/plane.ts';
import { connectedness } from './connected.ts';
import { Palette } from './palette.ts';

/** The brush, moved in a straight line. Places and radii in pixels; pixel (0, 0) has its centre at (0.5, 0.5). */
export interface Segment {
  readonly fromX: number;
  readonly fromY: number;
  readonly fromRadius: number;
  readonly toX: number;
  readonly toY: number;
  readonly toRadius: number;
}

export interface Tip {
  /** Share of the radius that has full effect, 0 to 1. */
  readonly hardness: number;
  /** 0: whatever lies under the brush. 1: only what has nearly the colours under its core. */
  readonly snap: number;
}

/** The inner part of the brush, whose colours count as what was meant; share of the radius. */
export const CORE = 0.3;
/** No smaller than what holds a pixel's centre wherever it is. */
const LEAST_CORE = 0.75;
/** Colour distances at which likeness is lost, without and with full snapping; it begins to fall at the share `SURE`. */
const LOOSE = 150;
const TIGHT = 32;
const SURE = 0.45;
/** More samples than this teach nothing new. */
const MOST_SAMPLES = 600;

/** The pixels that a segment may change: half a pixel beyond its radius, within the image. Undefined beside it. */
export function reachOf({ width, height }: PixelImage, segment: Segment): Box | undefined {
  const { fromX, fromY, fromRadius, toX, toY, toRadius } = segment;
  const left = Math.max(0, Math.floor(Math.min(fromX - fromRadius, toX - toRadius) - 0.5));
  const top = Math.max(0, Math.floor(Math.min(fromY - fromRadius, toY - toRadius) - 0.5));
  const right = Math.min(width, Math.ceil(Math.max(fromX + fromRadius, toX + toRadius) + 0.5));
  const bottom = Math.min(height, Math.ceil(Math.max(fromY + fromRadius, toY + toRadius) + 0.5));
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : undefined;
}

/** How strongly each pixel of `box` is painted, 0 to 255. */
export function effectOf(image: PixelImage, segment: Segment, box: Box, { hardness, snap }: Tip): Uint8Array {
  const effect = new Uint8Array(box.width * box.height);
  const core: number[] = [];
  const place = placer(segment);
  for (let y = 0, i = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++, i++) {
      const { distance, radius } = place(box.left + x + 0.5, box.top + y + 0.5);
      const inner = Math.min(hardness * radius, radius - 0.5);
      effect[i] = Math.round(255 * ramp(radius + 0.5, inner, distance));
      if (distance <= Math.max(CORE * radius, LEAST_CORE)) core.push(i);
    }
  }
  if (snap > 0 && core.length > 0) confine(effect, image, box, core, snap);
  return effect;
}

/** Distance to the segment, and the brush's radius at the nearest place on it. One object, filled anew each time. */
function placer({ fromX, fromY, fromRadius, toX, toY, toRadius }: Segment) {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const squared = dx * dx + dy * dy;
  const found = { distance: 0, radius: 0 };
  return (x: number, y: number) => {
    const along = squared === 0 ? 0 : ((x - fromX) * dx + (y - fromY) * dy) / squared;
    const t = along < 0 ? 0 : along > 1 ? 1 : along;
    found.distance = Math.hypot(x - fromX - t * dx, y - fromY - t * dy);
    found.radius = fromRadius + t * (toRadius - fromRadius);
    return found;
  };
}

/** Leaves the effect where the photo goes on as it is under the core. */
function confine(effect: Uint8Array, image: PixelImage, box: Box, core: number[], snap: number): void {
  const pixelAt = (i: number) =>
    (box.top + Math.floor(i / box.width)) * image.width + box.left + (i % box.width);
  const palette = new Palette();
  const step = Math.max(1, Math.floor(core.length / MOST_SAMPLES));
  for (let k = 0; k < core.length; k += step) palette.add(image, pixelAt(core[k]));
  const limit = LOOSE + (TIGHT - LOOSE) * snap;
  const likeness = new Uint8Array(effect.length);
  for (let y = 0, i = 0; y < box.height; y++) {
    const row = (box.top + y) * image.width + box.left;
    for (let x = 0; x < box.width; x++, i++) {
      if (effect[i] === 0) continue;
      likeness[i] = Math.round(255 * ramp(limit, SURE * limit, palette.distance(image, row + x)));
    }
  }
  for (const i of core) likeness[i] = 255;
  const reached = connectedness(likeness, box.width, core);
  for (let i = 0; i < effect.length; i++) effect[i] = Math.round((effect[i] * reached[i]) / 255);
}
