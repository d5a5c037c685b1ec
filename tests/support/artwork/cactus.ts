import type { Colour, SceneDescription } from './render.ts';
import { sceneOf, solid } from './setting.ts';
import {
  around,
  type Distance,
  ellipsoid,
  join,
  melt,
  placed,
  rod,
  sphere,
  turned,
  without,
} from './solids.ts';

/** Needles in rows along the ribs of a body at the origin, `radius` wide and `ribs` around. */
function needles(
  ribs: number,
  radius: (y: number) => number,
  spacing: number,
  from: number,
  to: number,
): Distance {
  return around(ribs, (x, y, z) => {
    const level = Math.min(to, Math.max(from, Math.round(y / spacing) * spacing));
    const root = radius(level);
    const away = join(
      rod([root - 0.02, level, 0], [root + 0.15, level + 0.05, 0.0], 0.008, 0.003),
      rod([root - 0.02, level, 0], [root + 0.1, level + 0.08, 0.08], 0.007, 0.003),
      rod([root - 0.02, level, 0], [root + 0.1, level + 0.08, -0.08], 0.007, 0.003),
    );
    return away(x, y, z);
  });
}

export function cactus(): SceneDescription {
  const ribs = 13;
  const pot = without(
    turned(0, 0.98, (y) => 0.55 + 0.2 * y + (y > 0.74 ? 0.07 : 0), 0.04),
    turned(0.86, 1.2, () => 0.64, 0.02),
  );
  const soil = turned(0.5, 0.9, () => 0.63);
  const round = (y: number) => 0.56 * Math.sqrt(Math.max(0.02, 1 - ((y - 1.62) / 0.88) ** 2));
  const trunk: Distance = (x, y, z) => {
    const rib = 0.045 * Math.cos(ribs * Math.atan2(z, x));
    return (ellipsoid([0, 1.62, 0], [0.58, 0.9, 0.58])(x, y, z) - rib) * 0.7;
  };
  const arm = melt(
    0.1,
    rod([0.4, 1.5, 0], [0.85, 1.55, 0], 0.15),
    rod([0.85, 1.55, 0], [0.9, 2.05, 0], 0.17, 0.16),
  );
  const armTwo = melt(
    0.1,
    rod([-0.4, 1.75, 0], [-0.78, 1.8, 0], 0.12),
    rod([-0.78, 1.8, 0], [-0.82, 2.15, 0], 0.135, 0.125),
  );
  const petals = placed(around(9, rod([0.03, 0, 0], [0.24, 0.16, 0], 0.04, 0.055)), [0.06, 2.5, 0]);
  const inner = placed(around(7, rod([0.02, 0.02, 0], [0.11, 0.2, 0], 0.03, 0.045)), [0.06, 2.5, 0]);
  const heart = sphere([0.06, 2.58, 0], 0.07);
  const green = (x: number, y: number, z: number): Colour => {
    const rib = 0.5 + 0.5 * Math.cos(ribs * Math.atan2(z, x));
    return [0.05 + 0.07 * rib, 0.2 + 0.16 * rib + 0.03 * y, 0.07 + 0.03 * rib];
  };
  return sceneOf(
    [
      solid(pot, [0.6, 0.22, 0.11], 0.25, [0, 0.5, 0], 1.05),
      solid(soil, [0.07, 0.045, 0.03], 0, [0, 0.8, 0], 0.8),
      solid(trunk, green, 0.3, [0, 1.6, 0], 1.05),
      solid(join(arm, armTwo), [0.09, 0.3, 0.09], 0.3, [0, 1.8, 0], 1.2),
      solid(
        needles(ribs, (y) => round(y) + 0.05, 0.15, 1.05, 2.25),
        [0.85, 0.78, 0.6],
        0,
        [0, 1.6, 0],
        1.15,
      ),
      solid(join(petals, inner), [0.85, 0.1, 0.3], 0.2, [0.06, 2.6, 0], 0.42),
      solid(heart, [0.95, 0.6, 0.05], 0, [0.06, 2.6, 0], 0.2),
    ],
    {
      seed: 12,
      table: [0.24, 0.16, 0.1],
      room: [
        [0.2, 0.15, 0.12],
        [0.4, 0.27, 0.18],
      ],
      lights: [
        [1, 0.8, 0.5],
        [0.7, 0.6, 0.5],
      ],
    },
    { from: [0.3, 2.3, 8.2], to: [0, 1.36, 0], zoom: 4.1 },
  );
}
