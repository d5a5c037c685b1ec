/** Signed distances (negative inside) to simple solids, in scene units, for the ray marcher in render.ts. */
export type Distance = (x: number, y: number, z: number) => number;
export type Point = readonly [x: number, y: number, z: number];

export const sphere =
  ([cx, cy, cz]: Point, radius: number): Distance =>
  (x, y, z) =>
    Math.hypot(x - cx, y - cy, z - cz) - radius;

/** Not exact away from the surface, but never too large by much. */
export const ellipsoid =
  ([cx, cy, cz]: Point, [rx, ry, rz]: Point): Distance =>
  (x, y, z) => {
    const [dx, dy, dz] = [(x - cx) / rx, (y - cy) / ry, (z - cz) / rz];
    const inner = Math.hypot(dx, dy, dz);
    const outer = Math.hypot(dx / rx, dy / ry, dz / rz);
    return outer === 0 ? -Math.min(rx, ry, rz) : (inner * (inner - 1)) / outer;
  };

/** A rod between two points, its radius going from `radius` to `endRadius`. */
export function rod(a: Point, b: Point, radius: number, endRadius = radius): Distance {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const square = ux * ux + uy * uy + uz * uz;
  return (x, y, z) => {
    const [dx, dy, dz] = [x - a[0], y - a[1], z - a[2]];
    const along = Math.min(1, Math.max(0, (dx * ux + dy * uy + dz * uz) / square));
    return (
      Math.hypot(dx - ux * along, dy - uy * along, dz - uz * along) - radius - (endRadius - radius) * along
    );
  };
}

/** An upright body turned on a lathe: `radiusAt` gives its radius at each height from `bottom` to `top`. */
export const turned =
  (bottom: number, top: number, radiusAt: (y: number) => number, edge = 0.03): Distance =>
  (x, y, z) => {
    const level = Math.min(top, Math.max(bottom, y));
    const side = (Math.hypot(x, z) - radiusAt(level) + edge) * 0.8;
    const cap = Math.max(bottom - y, y - top) + edge;
    return Math.min(Math.max(side, cap), 0) + Math.hypot(Math.max(side, 0), Math.max(cap, 0)) - edge;
  };

/** A ring that lies flat. */
export const ring =
  ([cx, cy, cz]: Point, radius: number, thickness: number): Distance =>
  (x, y, z) =>
    Math.hypot(Math.hypot(x - cx, z - cz) - radius, y - cy) - thickness;

/** Both, melted into each other over `soft` units. */
export const melt =
  (soft: number, ...parts: readonly [Distance, ...Distance[]]): Distance =>
  (x, y, z) =>
    parts
      .map((part) => part(x, y, z))
      .reduce((a, b) => {
        const share = Math.max(soft - Math.abs(a - b), 0) / soft;
        return Math.min(a, b) - (share * share * soft) / 4;
      });

export const join =
  (...parts: readonly Distance[]): Distance =>
  (x, y, z) => {
    let least = Infinity;
    for (const part of parts) least = Math.min(least, part(x, y, z));
    return least;
  };

export const without =
  (body: Distance, hole: Distance): Distance =>
  (x, y, z) =>
    Math.max(body(x, y, z), -hole(x, y, z));

/** Moved, then turned about the vertical by `angle` radians. */
export function placed(body: Distance, [px, py, pz]: Point, angle = 0): Distance {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y, z) => {
    const [dx, dz] = [x - px, z - pz];
    return body(dx * cos - dz * sin, y - py, dx * sin + dz * cos);
  };
}

/** `count` copies around the vertical axis, of a body that stands at positive x. */
export function around(count: number, body: Distance): Distance {
  const sector = (2 * Math.PI) / count;
  return (x, y, z) => {
    const angle = Math.atan2(z, x);
    const turn = angle - Math.round(angle / sector) * sector;
    const radius = Math.hypot(x, z);
    return body(radius * Math.cos(turn), y, radius * Math.sin(turn));
  };
}

/** Mirrored at z = 0: described once, there on both sides. */
export const mirrored =
  (body: Distance): Distance =>
  (x, y, z) =>
    body(x, y, Math.abs(z));
