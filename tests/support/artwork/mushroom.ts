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
  ring,
  turned,
  without,
} from './solids.ts';

/** White spots on a red cap: nearest of a handful of places on it. */
const SPOTS = [
  [0.1, 0.35, 0.15],
  [0.9, 0.75, 0.16],
  [2.1, 0.8, 0.14],
  [3.2, 0.65, 0.15],
  [4.3, 0.8, 0.17],
  [5.3, 0.7, 0.13],
  [1.5, 1.2, 0.13],
  [0.3, 1.15, 0.12],
  [2.8, 1.2, 0.13],
  [5.9, 1.2, 0.12],
] as const;

function capAt(x: number, y: number, z: number): Colour {
  const [angle, lean] = [Math.atan2(z, x), Math.atan2(Math.hypot(x, z), (y - 1.62) * 1.35)];
  const spotted = SPOTS.some(([turn, down, size]) => {
    const across = Math.atan2(Math.sin(angle - turn), Math.cos(angle - turn)) * Math.sin(down);
    return Math.hypot(across, lean - down) < size;
  });
  return spotted ? [0.85, 0.8, 0.7] : [0.62, 0.03, 0.02];
}

/** A toadstool in a tuft of grass, with a small one beside it. */
export function mushroom(): SceneDescription {
  const below: Distance = (_x, y) => y - 1.36;
  const hollow = ellipsoid([0, 1.3, 0], [0.95, 0.3, 0.95]);
  const cap = without(ellipsoid([0, 1.6, 0], [1.12, 0.82, 1.12]), melt(0.12, below, hollow));
  const stem = melt(
    0.1,
    turned(0, 1.85, (y) => 0.3 + 0.12 * Math.exp(-y * 3) - 0.03 * y, 0.05),
    ring([0, 1.02, 0], 0.3, 0.05),
  );
  const small =
    (body: Distance): Distance =>
    (x, y, z) =>
      placed(body, [0, 0, 0])((x - 1.05) / 0.48, y / 0.48, (z - 0.45) / 0.48) * 0.48;
  const blade = (away: number, height: number, lean: number) =>
    rod([away, 0, 0], [away + lean, height, lean * 0.4], 0.045, 0.008);
  const grass = join(
    around(11, blade(0.55, 0.55, 0.18)),
    placed(around(9, blade(0.8, 0.42, 0.25)), [0, 0, 0], 0.4),
    placed(around(7, blade(0.4, 0.75, 0.05)), [0, 0, 0], 0.9),
    placed(around(9, blade(0.3, 0.4, 0.2)), [1.05, 0, 0.45], 0.2),
  );
  const flesh: Colour = [0.86, 0.74, 0.56];
  const both = (x: number, y: number, z: number): Colour =>
    Math.hypot(x - 1.05, z - 0.45) < 0.6 && y < 1.25 && x > 0.5
      ? capAt((x - 1.05) / 0.48, y / 0.48, (z - 0.45) / 0.48)
      : capAt(x, y, z);
  return sceneOf(
    [
      solid(join(cap, small(cap)), both, 0.7, [0.2, 1.3, 0.1], 1.75),
      solid(join(stem, small(stem)), flesh, 0.1, [0.4, 0.8, 0.1], 1.5),
      solid(grass, (_x, y) => [0.07 + 0.1 * y, 0.24 + 0.2 * y, 0.04], 0.2, [0.2, 0.3, 0.1], 1.75),
    ],
    {
      seed: 63,
      table: [0.09, 0.12, 0.05],
      room: [
        [0.1, 0.2, 0.08],
        [0.14, 0.22, 0.07],
      ],
      lights: [
        [0.8, 1, 0.4],
        [1, 0.9, 0.5],
      ],
    },
    { from: [0.6, 1.9, 7.6], to: [0.22, 1.12, 0], zoom: 3.9 },
  );
}
