/** A small ray marcher: draws solids on a table before an out-of-focus background, and the exact alpha of the solids. */
import type { Distance, Point } from './solids.ts';

/** Linear light, 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];

export interface Solid {
  readonly distance: Distance;
  readonly colour: Colour | ((x: number, y: number, z: number) => Colour);
  /** 0 is matt, 1 is lacquer. */
  readonly gloss: number;
  /** Sphere that holds all of it: rays that stay outside do not ask further. */
  readonly centre: Point;
  readonly radius: number;
}

export interface SceneDescription {
  readonly solids: readonly Solid[];
  readonly table: Colour;
  /** Screen coordinates of 0 to 1 from the top left. */
  readonly background: (u: number, v: number) => Colour;
  readonly camera: {
    readonly from: Point;
    readonly to: Point;
    /** Larger is nearer. */ readonly zoom: number;
  };
  /** Direction to the main light. */
  readonly light: Point;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
  /** How much of each pixel the solids cover. */
  readonly alpha: Uint8Array;
}

const FAR = 30;
const HIT = 0.0012;
/** Rays a pixel and axis. */
const RAYS = 2;

const add = (a: Point, b: Point, scale = 1): Point => [
  a[0] + b[0] * scale,
  a[1] + b[1] * scale,
  a[2] + b[2] * scale,
];
const dot = (a: Point, b: Point) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const unit = (a: Point): Point => {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
};
const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];
const clamp = (value: number) => Math.min(1, Math.max(0, value));
const smooth = (from: number, to: number, value: number) => {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
};

export function render(scene: SceneDescription, width: number, height: number): Picture {
  const rgb = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(width * height);
  const eye = camera(scene, width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0, 0];
      for (let ray = 0; ray < RAYS * RAYS; ray++) {
        const u = x + ((ray % RAYS) + 0.5) / RAYS;
        const v = y + (Math.floor(ray / RAYS) + 0.5) / RAYS;
        const { colour, covered } = look(scene, eye, u, v, width, height);
        for (const channel of [0, 1, 2] as const) sum[channel] += toScreen(colour[channel]);
        sum[3] += covered ? 1 : 0;
      }
      const at = y * width + x;
      for (const channel of [0, 1, 2]) rgb[at * 3 + channel] = (sum[channel] / RAYS ** 2) * 255 + 0.5;
      alpha[at] = (sum[3] / RAYS ** 2) * 255 + 0.5;
    }
  }
  return { width, height, rgb, alpha };
}

/** Film-like roll-off, then gamma. */
function toScreen(light: number): number {
  const film = (light * (2.51 * light + 0.03)) / (light * (2.43 * light + 0.59) + 0.14);
  return clamp(film) ** (1 / 2.2);
}

type Eye = (u: number, v: number) => Point;

function camera({ camera: { from, to, zoom } }: SceneDescription, width: number, height: number): Eye {
  const ahead = unit(add(to, from, -1));
  const right = unit(cross(ahead, [0, 1, 0]));
  const up = cross(right, ahead);
  return (u, v) =>
    unit(
      add(
        add([ahead[0] * zoom, ahead[1] * zoom, ahead[2] * zoom], right, (2 * u - width) / height),
        up,
        (height - 2 * v) / height,
      ),
    );
}

function look(scene: SceneDescription, eye: Eye, u: number, v: number, width: number, height: number) {
  const direction = eye(u, v);
  const behind = scene.background(u / width, v / height);
  const { from } = scene.camera;
  const hit = march(scene, from, direction);
  if (hit)
    return { colour: shade(scene, hit.solid, add(from, direction, hit.distance), direction), covered: true };
  const toTable = -from[1] / direction[1];
  if (direction[1] >= 0 || toTable > FAR) return { colour: behind, covered: false };
  const ground = add(from, direction, toTable);
  // Behind the subject the table runs out of focus, into the background.
  const sharp = 1 - smooth(1.2, 6, toTable - Math.hypot(...from));
  return { colour: mix(behind, table(scene, ground), sharp), covered: false };
}

function nearest(
  scene: SceneDescription,
  x: number,
  y: number,
  z: number,
): { distance: number; solid: Solid | undefined } {
  let distance = FAR;
  let solid: Solid | undefined;
  for (const each of scene.solids) {
    const outside = Math.hypot(x - each.centre[0], y - each.centre[1], z - each.centre[2]) - each.radius;
    if (outside > distance) continue;
    const reach = outside > 0.3 ? outside + 0.05 : each.distance(x, y, z);
    if (reach < distance) [distance, solid] = [reach, each];
  }
  return { distance, solid };
}

function march(
  scene: SceneDescription,
  from: Point,
  direction: Point,
): { distance: number; solid: Solid } | undefined {
  let along = 0;
  for (let step = 0; step < 160 && along < FAR; step++) {
    const { distance, solid } = nearest(scene, ...add(from, direction, along));
    if (distance < HIT && solid) return { distance: along, solid };
    along += distance * 0.85;
  }
  return undefined;
}

/** How much of the main light arrives, 0 to 1, with a soft edge. */
function lit(scene: SceneDescription, from: Point): number {
  let least = 1;
  let along = 0.04;
  for (let step = 0; step < 90 && along < 8; step++) {
    const { distance } = nearest(scene, ...add(from, scene.light, along));
    if (distance < 0.001) return 0;
    least = Math.min(least, (7 * distance) / along);
    along += Math.min(0.2, Math.max(0.02, distance * 0.6));
  }
  return smooth(0, 1, least);
}

/** How open the surroundings are, 0 to 1. */
function openness(scene: SceneDescription, at: Point, normal: Point): number {
  let closed = 0;
  for (const reach of [0.08, 0.2, 0.4, 0.75]) {
    const point = add(at, normal, reach);
    closed += Math.max(0, reach - Math.min(nearest(scene, ...point).distance, Math.max(point[1], 0))) / reach;
  }
  return clamp(1 - closed / 4.5);
}

function normalAt({ distance }: Solid, [x, y, z]: Point): Point {
  const step = 0.002;
  return unit([
    distance(x + step, y, z) - distance(x - step, y, z),
    distance(x, y + step, z) - distance(x, y - step, z),
    distance(x, y, z + step) - distance(x, y, z - step),
  ]);
}

const KEY: Colour = [2.5, 2.35, 2.1];
const SKY: Colour = [0.62, 0.72, 0.86];

function shade(scene: SceneDescription, solid: Solid, at: Point, direction: Point): Colour {
  const normal = normalAt(solid, at);
  const own = typeof solid.colour === 'function' ? solid.colour(...at) : solid.colour;
  const key = Math.max(0, dot(normal, scene.light)) * lit(scene, add(at, normal, 0.01));
  const open = openness(scene, at, normal);
  const sky = open * (0.55 + 0.45 * normal[1]);
  const bounce = open * Math.max(0, 0.5 - 0.5 * normal[1]) * 0.7;
  const mirror = add(direction, normal, -2 * dot(direction, normal));
  const fresnel = solid.gloss * (0.04 + 0.7 * (1 - clamp(-dot(direction, normal))) ** 5);
  const shine = studio(scene, mirror) * fresnel * open;
  const light = (channel: 0 | 1 | 2) =>
    own[channel] * (KEY[channel] * key + SKY[channel] * sky + scene.table[channel] * bounce) + shine;
  return [light(0), light(1), light(2)];
}

/** What a polished surface mirrors: a large soft window, a strip of light on the other side, a grey room. */
function studio(scene: SceneDescription, direction: Point): number {
  const window = smooth(0.8, 0.93, dot(direction, unit(add(scene.light, [0, 0.25, 0]))));
  const strip = smooth(0.86, 0.97, dot(direction, unit([-scene.light[0] - 0.6, 0.5, scene.light[2]])));
  return 0.35 + 0.25 * direction[1] + 9 * window + 2.5 * strip;
}

function table(scene: SceneDescription, at: Point): Colour {
  const above: Point = [at[0], 0.02, at[2]];
  const light = lit(scene, above);
  const open = openness(scene, at, [0, 1, 0]);
  const [red, green, blue] = scene.table;
  const power = (channel: 0 | 1 | 2) => KEY[channel] * light * scene.light[1] + SKY[channel] * open;
  return [red * power(0), green * power(1), blue * power(2)];
}
