import { clamp, type Colour, lit, mix } from './colour.ts';
import { fractalNoise } from './noise.ts';
import type { Shape } from './shapes.ts';
import type { Shade } from './sheet.ts';

export interface Material {
  readonly colour: Colour;
  /** What the texture blends towards. */
  readonly second?: Colour;
  /** Size of the texture's largest bumps, pixels. */
  readonly grain?: number;
  /** How much longer than wide the bumps are, as in hair that hangs down. */
  readonly stretch?: number;
  /** How strongly it shows, 0 to 1. */
  readonly texture?: number;
  /** Height of the highlight, 0 to 1. */
  readonly gloss?: number;
  readonly seed?: number;
}

/** Towards the light: from the upper left, in front. */
const LIGHT = [-0.45, -0.62, 0.64] as const;

/**
 * A shape as a rounded solid: its surface rises over `bevel` pixels from the outline. Light falls from the upper
 * left, with a highlight and a little light from below.
 */
export function solid(shape: Shape, bevel: number, material: Material): Shade {
  return (x, y, distance) => {
    const rise = clamp(-distance / bevel);
    const lean = 1 - rise;
    const step = bevel * 0.05 + 0.5;
    const gx = shape(x + step, y) - shape(x - step, y);
    const gy = shape(x, y + step) - shape(x, y - step);
    const length = Math.hypot(gx, gy) || 1;
    const nx = (gx / length) * lean;
    const ny = (gy / length) * lean;
    const nz = Math.sqrt(1 - lean * lean);
    return surface(x, y, nx, ny, nz, material);
  };
}

function surface(x: number, y: number, nx: number, ny: number, nz: number, material: Material): Colour {
  const {
    colour,
    second = colour,
    grain = 12,
    stretch = 1,
    texture = 0.5,
    gloss = 0.15,
    seed = 1,
  } = material;
  const bump = fractalNoise(x / grain, y / (grain * stretch), seed, 4);
  const toward = Math.max(nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2], 0);
  const light = 0.42 + 0.75 * toward + 0.12 * Math.max(ny, 0) + (bump - 0.5) * texture * 0.5;
  return lit(mix(colour, second, clamp((bump - 0.5) * 3 * texture + 0.3)), light, gloss * toward ** 24);
}
