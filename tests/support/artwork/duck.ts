import type { Colour, SceneDescription } from './render.ts';
import { sceneOf, solid } from './setting.ts';
import { type Distance, ellipsoid, melt, mirrored, placed, type Point, rod, sphere } from './solids.ts';

export function duck(): SceneDescription {
  const turn = -0.5;
  const here = (body: Distance) => placed(body, [0, 0, 0], turn);
  const yellow: Colour = [0.93, 0.55, 0.03];
  const body = melt(
    0.22,
    ellipsoid([0, 0.62, 0], [1.05, 0.66, 0.8]),
    rod([-0.75, 0.8, 0], [-1.22, 1.22, 0], 0.26, 0.06),
    sphere([0.52, 1.55, 0], 0.6),
  );
  const wings = mirrored(
    melt(
      0.1,
      ellipsoid([-0.2, 0.78, 0.72], [0.55, 0.33, 0.18]),
      rod([-0.55, 0.86, 0.74], [-0.86, 1.02, 0.72], 0.14, 0.05),
    ),
  );
  const beak = melt(
    0.05,
    ellipsoid([1.14, 1.47, 0], [0.3, 0.07, 0.27]),
    ellipsoid([1.08, 1.38, 0], [0.22, 0.06, 0.2]),
  );
  const eyes = mirrored(sphere([0.95, 1.73, 0.31], 0.1));
  const sparks = mirrored(sphere([1.035, 1.765, 0.345], 0.026));
  const whole: Point = [0, 1, 0];
  return sceneOf(
    [
      solid(here(melt(0.08, body, wings)), yellow, 1, whole, 1.65),
      solid(here(beak), [0.9, 0.2, 0.02], 1, whole, 1.7),
      solid(here(eyes), [0.012, 0.012, 0.014], 1, whole, 1.7),
      solid(here(sparks), [1, 1, 1], 0, whole, 1.7),
    ],
    {
      seed: 5,
      table: [0.1, 0.2, 0.23],
      room: [
        [0.05, 0.14, 0.2],
        [0.2, 0.38, 0.42],
      ],
      lights: [
        [0.5, 0.8, 0.8],
        [1, 0.85, 0.6],
      ],
    },
    { from: [0.5, 2.1, 7], to: [0, 1.02, 0], zoom: 3.9 },
  );
}
