import type { Colour, SceneDescription } from './render.ts';
import { sceneOf, solid } from './setting.ts';
import { type Distance, ellipsoid, join, melt, placed, type Point, turned, without } from './solids.ts';

/** A mug of coffee with two beans beside it. */
export function mug(): SceneDescription {
  const outside = turned(0, 1.7, (y) => 0.86 + 0.05 * Math.cos(y * 1.9), 0.08);
  const cup = without(
    outside,
    turned(0.15, 1.9, () => 0.78, 0.05),
  );
  const handle: Distance = (x, y, z) => {
    const loop = Math.hypot((x - 0.92) * 0.95, (y - 0.9) * 0.8);
    return (Math.hypot(loop - 0.42, z * 0.8) - 0.11) * 0.8;
  };
  const grip = without(
    handle,
    turned(-1, 3, () => 0.8, 0),
  );
  const coffee = turned(0.5, 1.42, () => 0.8, 0.01);
  const dots = (x: number, y: number, z: number): Colour => {
    const [row, column] = [y / 0.34, (Math.atan2(z, x) / Math.PI) * 8];
    const shift = Math.round(row) % 2 === 0 ? 0 : 0.5;
    const near = Math.hypot(
      (row - Math.round(row)) * 0.34,
      (column + shift - Math.round(column + shift)) * 0.34,
    );
    const onWall = y > 0.2 && y < 1.55 && Math.hypot(x, z) > 0.82;
    return onWall && near < 0.095 ? [0.85, 0.83, 0.76] : [0.03, 0.22, 0.24];
  };
  const bean = (at: Point, angle: number): Distance =>
    placed(
      without(ellipsoid([0, 0.13, 0], [0.25, 0.13, 0.17]), ellipsoid([0, 0.29, 0], [0.3, 0.07, 0.025])),
      at,
      angle,
    );
  const steamless: Point = [0.2, 0.85, 0];
  return sceneOf(
    [
      solid(melt(0.08, cup, grip), dots, 1, steamless, 1.75),
      solid(coffee, [0.075, 0.026, 0.01], 0.5, [0, 1, 0], 1.1),
      solid(
        join(bean([-1.05, 0, 0.75], 0.5), bean([-0.6, 0, 1.15], 2.2)),
        [0.11, 0.04, 0.016],
        0.6,
        [-0.8, 0.1, 0.9],
        0.7,
      ),
    ],
    {
      seed: 27,
      table: [0.2, 0.12, 0.065],
      room: [
        [0.12, 0.1, 0.08],
        [0.32, 0.23, 0.15],
      ],
      lights: [
        [1, 0.75, 0.4],
        [0.9, 0.9, 0.7],
      ],
    },
    { from: [0.5, 3.1, 7.4], to: [0.12, 0.78, 0], zoom: 4.1 },
  );
}
