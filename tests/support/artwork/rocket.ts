import type { Colour, SceneDescription } from './render.ts';
import { sceneOf, solid } from './setting.ts';
import { around, type Distance, ellipsoid, join, type Point, ring, turned, without } from './solids.ts';

/** A tin rocket that stands on its fins. */
export function rocket(): SceneDescription {
  const profile = (y: number) =>
    0.62 * Math.sqrt(Math.max(0, 1 - ((y - 1.35) / 1.55) ** 2)) * Math.min(1, 0.9 + 0.0741 * y);
  const body = turned(0.45, 2.88, profile, 0.02);
  const paint = (_x: number, y: number): Colour => {
    if (y > 2.28) return [0.75, 0.06, 0.05];
    if (Math.abs(y - 0.78) < 0.08) return [0.75, 0.06, 0.05];
    return [0.74, 0.74, 0.72];
  };
  const fin: Distance = (x, y, z) => {
    const outline = Math.max(
      Math.hypot(x - 0.35, (y - 0.35) * 0.75) - 0.72,
      0.42 - Math.hypot(x - 0.15, y + 0.25),
      -y + 0.02,
      0.3 - x,
    );
    return Math.max(outline, Math.abs(z) - 0.05) * 0.8;
  };
  const porthole = 1.75;
  const front = 0.66;
  const frame: Distance = (x, y, z) =>
    Math.hypot(Math.hypot(x, y - porthole) - 0.24, z - front + 0.04) - 0.06;
  const glass = ellipsoid([0, porthole, front - 0.07], [0.23, 0.23, 0.08]);
  const nozzle = without(
    turned(0.2, 0.52, (y) => 0.42 - 0.3 * y, 0.03),
    turned(0.1, 0.4, () => 0.24, 0.02),
  );
  const knob = join(ellipsoid([0, 2.92, 0], [0.07, 0.09, 0.07]), ring([0, 2.27, 0], 0.475, 0.025));
  const whole: Point = [0, 1.5, 0];
  return sceneOf(
    [
      solid(body, paint, 1, whole, 1.6),
      solid(around(3, fin), [0.05, 0.16, 0.52], 1, [0, 0.5, 0], 1.3),
      solid(frame, [0.8, 0.55, 0.12], 1, [0, porthole, front], 0.4),
      solid(glass, [0.04, 0.16, 0.24], 1, [0, porthole, front], 0.4),
      solid(join(nozzle, knob), [0.35, 0.33, 0.32], 0.8, whole, 1.7),
    ],
    {
      seed: 44,
      table: [0.05, 0.06, 0.13],
      room: [
        [0.02, 0.03, 0.1],
        [0.1, 0.1, 0.26],
      ],
      lights: [
        [0.5, 0.6, 1],
        [1, 0.8, 0.5],
      ],
    },
    { from: [0.2, 2.1, 8.6], to: [0, 1.5, 0], zoom: 3.9 },
  );
}
