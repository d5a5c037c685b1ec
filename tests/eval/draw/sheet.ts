import { clamp, type Colour } from './colour.ts';
import type { Point, Shape } from './shapes.ts';

/** The pixels that may be touched: left, top, right, bottom, in pixels. */
export type Bounds = readonly [left: number, top: number, right: number, bottom: number];
export type Shade = (x: number, y: number, distance: number) => Colour;

export interface Paint {
  readonly shade: Shade;
  /** Pixels over which the edge fades. */
  readonly soft?: number;
  /** 0 to 1, everywhere or by place. */
  readonly opacity?: number | ((x: number, y: number, distance: number) => number);
}

/** A transparent sheet of premultiplied RGBA floats. Coordinates are pixels from the top left corner. */
export class Sheet {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Float32Array(width * height * 4);
  }

  /** Lays `colour` over one pixel. */
  dab(x: number, y: number, colour: Colour, opacity: number): void {
    const { data } = this;
    const at = (y * this.width + x) * 4;
    const rest = 1 - opacity;
    data[at] = colour[0] * opacity + data[at] * rest;
    data[at + 1] = colour[1] * opacity + data[at + 1] * rest;
    data[at + 2] = colour[2] * opacity + data[at + 2] * rest;
    data[at + 3] = opacity + data[at + 3] * rest;
  }

  /** Fills a shape; its coverage of a pixel is taken from the distance at the pixel's centre. */
  paint(shape: Shape, bounds: Bounds, { shade, soft = 1, opacity = 1 }: Paint): void {
    const left = Math.max(Math.floor(bounds[0] - soft), 0);
    const right = Math.min(Math.ceil(bounds[2] + soft), this.width);
    const bottom = Math.min(Math.ceil(bounds[3] + soft), this.height);
    for (let row = Math.max(Math.floor(bounds[1] - soft), 0); row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const x = column + 0.5;
        const y = row + 0.5;
        const distance = shape(x, y);
        const cover = clamp(0.5 - distance / soft);
        if (cover === 0) continue;
        const strength = typeof opacity === 'number' ? opacity : opacity(x, y, distance);
        this.dab(column, row, shade(x, y, distance), cover * strength);
      }
    }
  }

  /** A line through `points` whose width tapers from `root` to `tip`; below one pixel it grows fainter instead. */
  strand(points: readonly Point[], root: number, tip: number, colour: Colour): void {
    const pieces = points.length - 1;
    for (let i = 0; i < pieces; i++) {
      const at = (k: number) => root + ((tip - root) * k) / pieces;
      this.#piece(points[i], points[i + 1], at(i), at(i + 1), colour);
    }
  }

  /** Ends are cut straight, so that no pixel of a strand is painted by two of its pieces. */
  #piece([x0, y0]: Point, [x1, y1]: Point, w0: number, w1: number, colour: Colour): void {
    const ex = x1 - x0;
    const ey = y1 - y0;
    const length2 = ex * ex + ey * ey;
    if (length2 === 0) return;
    const reach = Math.max(w0, w1) / 2 + 1;
    const right = Math.min(Math.ceil(Math.max(x0, x1) + reach), this.width);
    const bottom = Math.min(Math.ceil(Math.max(y0, y1) + reach), this.height);
    for (let row = Math.max(Math.floor(Math.min(y0, y1) - reach), 0); row < bottom; row++) {
      for (let column = Math.max(Math.floor(Math.min(x0, x1) - reach), 0); column < right; column++) {
        const px = column + 0.5 - x0;
        const py = row + 0.5 - y0;
        const t = (px * ex + py * ey) / length2;
        if (t < 0 || t >= 1) continue;
        const width = w0 + (w1 - w0) * t;
        const off = Math.abs(px * ey - py * ex) / Math.sqrt(length2);
        const cover = clamp(Math.max(width, 1) / 2 + 0.5 - off) * Math.min(width, 1);
        if (cover > 0) this.dab(column, row, colour, cover);
      }
    }
  }
}

/** Points on a quadratic curve. */
export function curve(from: Point, bend: Point, to: Point, pieces: number): Point[] {
  const along = (axis: 0 | 1, t: number) =>
    (1 - t) * (1 - t) * from[axis] + 2 * t * (1 - t) * bend[axis] + t * t * to[axis];
  return Array.from({ length: pieces + 1 }, (_, i) => [along(0, i / pieces), along(1, i / pieces)]);
}

export function around([cx, cy]: Point, rx: number, ry = rx): Bounds {
  return [cx - rx, cy - ry, cx + rx, cy + ry];
}
