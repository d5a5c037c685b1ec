/**
 * Plane figures as signed distances in pixels: negative inside, positive outside, zero on the outline.
 * The catalogue is Inigo Quilez's, https://iquilezles.org/articles/distfunctions2d/.
 */
export type Point = readonly [x: number, y: number];
export type Shape = (x: number, y: number) => number;

export function disc([cx, cy]: Point, radius: number): Shape {
  return (x, y) => Math.hypot(x - cx, y - cy) - radius;
}

/** First-order distance: exact on the outline, which is all that coverage asks for. */
export function ellipse([cx, cy]: Point, rx: number, ry: number, turn = 0): Shape {
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  return (x, y) => {
    const px = (x - cx) * cos + (y - cy) * sin;
    const py = (y - cy) * cos - (x - cx) * sin;
    const k0 = Math.hypot(px / rx, py / ry);
    const k1 = Math.hypot(px / (rx * rx), py / (ry * ry));
    return k1 === 0 ? -Math.min(rx, ry) : (k0 * (k0 - 1)) / k1;
  };
}

export function box([cx, cy]: Point, halfWidth: number, halfHeight: number, round = 0, turn = 0): Shape {
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  return (x, y) => {
    const dx = Math.abs((x - cx) * cos + (y - cy) * sin) - halfWidth + round;
    const dy = Math.abs((y - cy) * cos - (x - cx) * sin) - halfHeight + round;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - round;
  };
}

/** A line with round ends, whose radius goes from `r0` to `r1`. */
export function rod([x0, y0]: Point, [x1, y1]: Point, r0: number, r1 = r0): Shape {
  const ex = x1 - x0;
  const ey = y1 - y0;
  const length2 = ex * ex + ey * ey || 1;
  return (x, y) => {
    const t = Math.min(Math.max(((x - x0) * ex + (y - y0) * ey) / length2, 0), 1);
    return Math.hypot(x - x0 - ex * t, y - y0 - ey * t) - (r0 + (r1 - r0) * t);
  };
}

/** The outline of a shape, `width` pixels wide. */
export function outline(shape: Shape, width: number): Shape {
  return (x, y) => Math.abs(shape(x, y)) - width / 2;
}

/** A body of revolution seen from the side: half width by height, `profile` from 0 (top) to 1 (bottom). */
export function lathe(
  [cx, top]: Point,
  height: number,
  halfWidth: number,
  profile: readonly number[],
): Shape {
  return (x, y) => {
    const t = Math.min(Math.max((y - top) / height, 0), 1) * (profile.length - 1);
    const i = Math.min(Math.floor(t), profile.length - 2);
    const share = t - i;
    const smooth = share * share * (3 - 2 * share);
    const here = (profile[i] + (profile[i + 1] - profile[i]) * smooth) * halfWidth;
    // Steep walls would otherwise count their horizontal distance in full.
    const slope =
      ((profile[i + 1] - profile[i]) * 6 * share * (1 - share) * halfWidth * (profile.length - 1)) / height;
    const side = (Math.abs(x - cx) - here) / Math.hypot(1, slope);
    return Math.max(side, top - y, y - top - height);
  };
}

export function union(...shapes: readonly Shape[]): Shape {
  return (x, y) => {
    let least = Infinity;
    for (const shape of shapes) least = Math.min(least, shape(x, y));
    return least;
  };
}

export function without(shape: Shape, ...holes: readonly Shape[]): Shape {
  const hole = union(...holes);
  return (x, y) => Math.max(shape(x, y), -hole(x, y));
}

export function common(a: Shape, b: Shape): Shape {
  return (x, y) => Math.max(a(x, y), b(x, y));
}
