import { between, type Random, seeded } from '../../fixtures/draw/random.ts';
import type { Colour, SceneDescription, Solid } from './render.ts';
import type { Distance, Point } from './solids.ts';

/** What the scenes of one kind share: table, room and lights. */
export interface Look {
  readonly seed: number;
  readonly table: Colour;
  /** From above to below. */
  readonly room: readonly [Colour, Colour];
  readonly lights: readonly Colour[];
}

const LIGHT: Point = [0.52, 0.74, 0.42];

export function solid(
  distance: Distance,
  colour: Solid['colour'],
  gloss: number,
  centre: Point,
  radius: number,
): Solid {
  return { distance, colour, gloss, centre, radius };
}

/** Lights far behind, out of focus, before a gradient. */
function backgroundOf({ seed, room: [top, bottom], lights }: Look): SceneDescription['background'] {
  const random = seeded(seed);
  const discs = Array.from({ length: 22 }, () => discOf(random, lights));
  return (u, v) => {
    const colour: [number, number, number] = [0, 1, 2].map(
      (channel) => top[channel] + (bottom[channel] - top[channel]) * v,
    ) as [number, number, number];
    for (const { x, y, radius, paint, strength } of discs) {
      const edge = (radius - Math.hypot((u - x) * 1.333, v - y)) / 0.02 + 0.5;
      const cover = Math.min(1, Math.max(0, edge)) * strength;
      for (const channel of [0, 1, 2] as const) colour[channel] += paint[channel] * cover;
    }
    return colour;
  };
}

function discOf(random: Random, lights: readonly Colour[]) {
  return {
    x: random(),
    y: between(random, -0.05, 0.62),
    radius: between(random, 0.04, 0.12),
    paint: lights[Math.floor(random() * lights.length)] ?? [1, 1, 1],
    strength: between(random, 0.05, 0.3),
  };
}

export function sceneOf(
  solids: readonly Solid[],
  look: Look,
  camera: SceneDescription['camera'],
): SceneDescription {
  const length = Math.hypot(...LIGHT);
  return {
    solids,
    table: look.table,
    background: backgroundOf(look),
    camera,
    light: [LIGHT[0] / length, LIGHT[1] / length, LIGHT[2] / length],
  };
}
