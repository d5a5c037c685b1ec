import type { Colour, SceneDescription } from './render.ts';
import { sceneOf, solid } from './setting.ts';
import { around, type Distance, join, melt, type Point, ring, rod, turned } from './solids.ts';

const SPRINKLES: readonly Colour[] = [
  [0.9, 0.7, 0.05],
  [0.1, 0.55, 0.75],
  [0.95, 0.95, 0.9],
  [0.25, 0.65, 0.2],
];
const RADIUS = 0.92;
const THICKNESS = 0.5;

/** A round of sprinkles on the glaze, `lean` radians away from its top. */
function sprinkles(count: number, lean: number, shift: number): Distance {
  const away = RADIUS + (THICKNESS + 0.07) * Math.sin(lean);
  const level = 0.62 + (THICKNESS + 0.06) * Math.cos(lean);
  const [cos, sin] = [Math.cos(shift), Math.sin(shift)];
  const [a, b]: [Point, Point] = [
    [away - 0.05 * Math.cos(shift * 5), level, -0.07],
    [away + 0.05 * Math.cos(shift * 5), level, 0.07],
  ];
  const all = around(count, rod(a, b, 0.034));
  return (x, y, z) => all(x * cos - z * sin, y, x * sin + z * cos);
}

function sprinkleColour(x: number, _y: number, z: number): Colour {
  const turn = Math.atan2(z, x) * 5 + Math.round(Math.hypot(x, z) * 8) * 1.7;
  return SPRINKLES[Math.abs(Math.round(turn)) % SPRINKLES.length] ?? [1, 1, 1];
}

/** An iced ring of dough on a plate, seen from above. */
export function donut(): SceneDescription {
  const dough = ring([0, 0.62, 0], RADIUS, THICKNESS);
  const coat = ring([0, 0.64, 0], RADIUS, THICKNESS + 0.06);
  const glaze: Distance = (x, y, z) => {
    const angle = Math.atan2(z, x);
    const edge = 0.68 + 0.07 * Math.sin(angle * 7) + 0.06 * Math.sin(angle * 4 + 1);
    const above = edge - y;
    const body = coat(x, y, z);
    const soft = 0.1;
    const blend = Math.max(soft - Math.abs(body - above), 0) / soft;
    return (Math.max(body, above) + (blend * blend * soft) / 4) * 0.7;
  };
  const topping = join(
    sprinkles(17, -0.75, 0.1),
    sprinkles(19, -0.3, 0.33),
    sprinkles(21, 0.15, 0.2),
    sprinkles(23, 0.6, 0.47),
  );
  const plate = melt(
    0.08,
    turned(0, 0.08, () => 1.7, 0.03),
    ring([0, 0.1, 0], 1.72, 0.06),
  );
  const whole: Point = [0, 0.6, 0];
  return sceneOf(
    [
      solid(plate, [0.62, 0.64, 0.7], 0.9, [0, 0, 0], 1.95),
      solid(dough, [0.62, 0.3, 0.09], 0.2, whole, 1.6),
      solid(glaze, [0.86, 0.16, 0.34], 0.9, whole, 1.7),
      solid(topping, sprinkleColour, 0.5, whole, 1.75),
    ],
    {
      seed: 31,
      table: [0.1, 0.07, 0.12],
      room: [
        [0.1, 0.07, 0.14],
        [0.2, 0.13, 0.22],
      ],
      lights: [
        [1, 0.6, 0.8],
        [0.6, 0.5, 1],
      ],
    },
    { from: [0.4, 4.6, 6.6], to: [0, 0.45, 0], zoom: 3.9 },
  );
}
