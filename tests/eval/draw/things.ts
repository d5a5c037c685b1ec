/** Solid things: hard outlines, alone or several together. */
import { type Colour, lit } from './colour.ts';
import { type Material, solid } from './material.ts';
import { box, disc, ellipse, lathe, type Point, rod, type Shape, union } from './shapes.ts';
import { around, type Bounds, curve } from './sheet.ts';
import type { Page, Subject } from './subjects.ts';

export function put(page: Page, shape: Shape, bounds: Bounds, bevel: number, material: Material): void {
  page.subject.paint(shape, bounds, { shade: solid(shape, bevel, material), soft: page.soft });
}

const GLAZE: readonly Colour[] = [
  [0.75, 0.3, 0.2],
  [0.18, 0.4, 0.55],
  [0.82, 0.68, 0.3],
  [0.3, 0.5, 0.38],
  [0.85, 0.83, 0.78],
];

function vase(page: Page, x: number, ground: number, size: number, glaze: Colour): void {
  const { random } = page;
  const height = 62 * size;
  page.shadow(x + 3 * size, ground, 20 * size, 4 * size);
  const shape = lathe([x, ground - height], height, 22 * size, [0.5, 0.38, 0.42, 0.8, 1, 0.95, 0.75, 0.55]);
  put(page, shape, [x - 24 * size, ground - height, x + 24 * size, ground], 14 * size, {
    colour: glaze,
    second: lit(glaze, 0.65),
    grain: 6 * size,
    gloss: 0.45,
    seed: random.whole(1, 1e6),
  });
}

const pottery: Subject = (page) => {
  const { random, unit, width, height } = page;
  vase(page, width / 2 + random.between(-4, 4) * unit, height - 14 * unit, unit * 1.15, random.pick(GLAZE));
};

function fruit(page: Page, centre: Point, radius: number, colour: Colour): void {
  const { random, subject, unit } = page;
  page.shadow(centre[0], centre[1] + radius * 0.95, radius, radius * 0.25, 0.6);
  const shape = ellipse(centre, radius, radius * random.between(0.88, 1));
  put(page, shape, around(centre, radius), radius * 0.95, {
    colour,
    second: lit(colour, 0.75),
    grain: radius * 0.3,
    texture: 0.6,
    gloss: 0.5,
    seed: random.whole(1, 1e6),
  });
  const top: Point = [centre[0], centre[1] - radius * 0.8];
  const tip: Point = [centre[0] + radius * random.between(-0.2, 0.3), centre[1] - radius * 1.3];
  subject.strand(curve(top, [top[0], tip[1]], tip, 6), 0.9 * unit, 0.7 * unit, [0.3, 0.2, 0.1]);
}

const FRUIT: readonly Colour[] = [
  [0.8, 0.18, 0.14],
  [0.93, 0.55, 0.12],
  [0.6, 0.72, 0.2],
  [0.9, 0.78, 0.25],
];

const fruits: Subject = (page) => {
  const { random, unit, width, height } = page;
  const row = height - 26 * unit;
  const middle = width / 2;
  fruit(page, [middle - 19 * unit, row - 6 * unit], 14 * unit, random.pick(FRUIT));
  fruit(page, [middle + 17 * unit, row - 7 * unit], 15 * unit, random.pick(FRUIT));
  fruit(page, [middle - 1 * unit, row + 4 * unit], 13 * unit, random.pick(FRUIT));
};

/** Apart from each other, of different size. */
const jars: Subject = (page) => {
  const { random, unit, width, height } = page;
  const ground = height - 16 * unit;
  for (const [offset, size] of [
    [-30, 0.75],
    [0, 1.1],
    [31, 0.6],
  ]) {
    vase(page, width / 2 + offset * unit, ground, size * unit, random.pick(GLAZE));
  }
};

export function ball(page: Page, centre: Point, radius: number): void {
  const { random } = page;
  const first = random.pick(GLAZE);
  const shape = disc(centre, radius);
  const turn = random.between(0, 3);
  const plain = solid(shape, radius, { colour: first, texture: 0.15, gloss: 0.4 });
  const stripe = solid(shape, radius, { colour: [0.93, 0.92, 0.9], texture: 0.15, gloss: 0.4 });
  page.subject.paint(shape, around(centre, radius), {
    soft: page.soft,
    shade: (x, y, distance) => {
      const across = ((x - centre[0]) * Math.cos(turn) + (y - centre[1]) * Math.sin(turn)) / radius;
      return (Math.abs(across) < 0.25 ? stripe : plain)(x, y, distance);
    },
  });
}

const flyingBall: Subject = (page) => {
  const { random, unit, width, height } = page;
  ball(
    page,
    [width / 2 + random.between(-6, 6) * unit, height / 2 + random.between(-6, 6) * unit],
    24 * unit,
  );
};

const twoBalls: Subject = (page) => {
  const { unit, width, height } = page;
  page.shadow(width / 2 - 20 * unit, height * 0.78, 18 * unit, 4 * unit);
  ball(page, [width / 2 - 20 * unit, height * 0.78 - 17 * unit], 18 * unit);
  page.shadow(width / 2 + 22 * unit, height * 0.8, 15 * unit, 4 * unit);
  ball(page, [width / 2 + 22 * unit, height * 0.8 - 14 * unit], 15 * unit);
};

const car: Subject = (page) => {
  const { random, unit, width, height } = page;
  const x = width / 2 + random.between(-4, 4) * unit;
  const ground = height * 0.72;
  const paint = random.pick(GLAZE);
  page.shadow(x, ground + unit, 46 * unit, 4 * unit, 0.75);
  const body = union(
    box([x, ground - 13 * unit], 43 * unit, 8.5 * unit, 6 * unit),
    rod([x - 14 * unit, ground - 25 * unit], [x + 10 * unit, ground - 25 * unit], 8 * unit),
    rod([x + 14 * unit, ground - 24 * unit], [x + 30 * unit, ground - 16 * unit], 6 * unit, 4 * unit),
  );
  put(page, body, around([x, ground - 18 * unit], 46 * unit, 24 * unit), 8 * unit, {
    colour: paint,
    texture: 0.1,
    gloss: 0.6,
  });
  for (const [at, half] of [
    [-13, 7.5],
    [5, 7.5],
  ]) {
    const pane = box([x + at * unit, ground - 26 * unit], half * unit, 4.6 * unit, 2 * unit);
    put(page, pane, around([x + at * unit, ground - 26 * unit], 9 * unit), 3 * unit, {
      colour: [0.2, 0.26, 0.3],
      gloss: 0.6,
    });
  }
  for (const side of [-1, 1]) {
    const hub: Point = [x + side * 26 * unit, ground - 7 * unit];
    put(page, disc(hub, 8 * unit), around(hub, 8 * unit), 3 * unit, { colour: [0.1, 0.1, 0.11], gloss: 0.1 });
    put(page, disc(hub, 4.6 * unit), around(hub, 5 * unit), 2 * unit, {
      colour: [0.7, 0.71, 0.73],
      gloss: 0.6,
    });
  }
};

const robot: Subject = (page) => {
  const { random, unit, width, height, subject } = page;
  const x = width / 2;
  const ground = height - 12 * unit;
  const tin = random.pick(GLAZE);
  const material: Material = {
    colour: tin,
    second: lit(tin, 0.8),
    texture: 0.3,
    grain: 4 * unit,
    gloss: 0.5,
  };
  page.shadow(x, ground, 24 * unit, 5 * unit);
  const limbs = union(
    ...[-1, 1].flatMap((side) => [
      rod([x + side * 8 * unit, ground - 24 * unit], [x + side * 9 * unit, ground - 4 * unit], 4.5 * unit),
      rod([x + side * 18 * unit, ground - 44 * unit], [x + side * 27 * unit, ground - 28 * unit], 3 * unit),
    ]),
  );
  put(page, limbs, around([x, ground - 25 * unit], 32 * unit, 26 * unit), 3 * unit, {
    ...material,
    colour: [0.5, 0.52, 0.55],
  });
  for (const [up, halfWidth, halfHeight] of [
    [36, 17, 15],
    [61, 12, 9],
  ]) {
    const centre: Point = [x, ground - up * unit];
    const plate = box(centre, halfWidth * unit, halfHeight * unit, 3 * unit);
    put(page, plate, around(centre, halfWidth * unit, halfHeight * unit), 4 * unit, material);
  }
  for (const side of [-1, 1]) {
    const eye: Point = [x + side * 5 * unit, ground - 62 * unit];
    put(page, disc(eye, 2.8 * unit), around(eye, 3 * unit), 2 * unit, {
      colour: [0.95, 0.9, 0.6],
      gloss: 0.6,
    });
    const tip: Point = [x + side * 12 * unit, ground - 84 * unit];
    subject.strand(
      [[x + side * 4 * unit, ground - 69 * unit], tip],
      0.6 * unit,
      0.5 * unit,
      [0.25, 0.25, 0.28],
    );
    put(page, disc(tip, 1.5 * unit), around(tip, 2 * unit), unit, { colour: [0.85, 0.2, 0.15], gloss: 0.5 });
  }
};

export const solidSubjects = {
  pottery,
  fruits,
  jars,
  'flying-ball': flyingBall,
  'two-balls': twoBalls,
  car,
  robot,
} as const;
