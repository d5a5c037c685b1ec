/** Subjects that one can see through: handles, wheels, lattices, thin stems and ribs. */
import { type Colour, lit, mix } from './colour.ts';
import { type Material, solid } from './material.ts';
import {
  box,
  common,
  disc,
  ellipse,
  lathe,
  outline,
  type Point,
  rod,
  type Shape,
  union,
  without,
} from './shapes.ts';
import { around, curve } from './sheet.ts';
import type { Subject } from './subjects.ts';
import { put } from './things.ts';

const mug: Subject = (page) => {
  const { random, unit, width, height } = page;
  const x = width / 2 - 6 * unit;
  const ground = height - 20 * unit;
  const glaze: Colour = random.pick([
    [0.85, 0.25, 0.2],
    [0.2, 0.42, 0.62],
    [0.9, 0.87, 0.8],
  ]);
  const material: Material = {
    colour: glaze,
    second: lit(glaze, 0.85),
    texture: 0.2,
    grain: 8 * unit,
    gloss: 0.5,
  };
  page.shadow(x + 4 * unit, ground, 30 * unit, 6 * unit);
  const centre: Point = [x, ground - 25 * unit];
  const grip: Point = [x + 24 * unit, ground - 26 * unit];
  put(
    page,
    outline(ellipse(grip, 13 * unit, 15 * unit), 6 * unit),
    around(grip, 17 * unit, 19 * unit),
    3 * unit,
    material,
  );
  put(
    page,
    box(centre, 23 * unit, 25 * unit, 5 * unit),
    around(centre, 23 * unit, 25 * unit),
    14 * unit,
    material,
  );
  const rim: Point = [x, ground - 49 * unit];
  const mouth = ellipse(rim, 21 * unit, 3 * unit);
  put(page, mouth, around(rim, 21 * unit, 3 * unit), 3 * unit, { colour: lit(glaze, 0.4), gloss: 0 });
};

const basket: Subject = (page) => {
  const { unit, width, height, random } = page;
  const x = width / 2;
  const ground = height - 14 * unit;
  const cane = mix([0.72, 0.52, 0.3], [0.5, 0.33, 0.2], random.next());
  const body = lathe([x, ground - 34 * unit], 34 * unit, 36 * unit, [1, 0.97, 0.9, 0.78]);
  const pitch = 9 * unit;
  const bars: Shape = (px, py) => {
    const slant = (px + py) / Math.SQRT2;
    const other = (px - py) / Math.SQRT2;
    const nearest = (v: number) => Math.abs(v - Math.round(v / pitch) * pitch);
    return Math.min(nearest(slant), nearest(other)) - 1.5 * unit;
  };
  page.shadow(x, ground, 34 * unit, 6 * unit);
  const rims = union(
    rod([x - 36 * unit, ground - 34 * unit], [x + 36 * unit, ground - 34 * unit], 2.4 * unit),
    rod([x - 27 * unit, ground - 2 * unit], [x + 27 * unit, ground - 2 * unit], 2.4 * unit),
  );
  const grip = without(
    outline(ellipse([x, ground - 34 * unit], 28 * unit, 34 * unit), 4 * unit),
    box([x, height], 60 * unit, 14 * unit + 34 * unit),
  );
  const frame = union(common(body, bars), rims, grip);
  put(page, frame, around([x, ground - 34 * unit], 40 * unit, 38 * unit), 2 * unit, {
    colour: cane,
    second: lit(cane, 0.6),
    grain: 2 * unit,
    gloss: 0.1,
  });
};

const bicycle: Subject = (page) => {
  const { random, unit, width, height, subject } = page;
  const ground = height * 0.78;
  const x = width / 2;
  const paint: Colour = random.pick([
    [0.75, 0.15, 0.12],
    [0.1, 0.35, 0.5],
    [0.12, 0.13, 0.15],
  ]);
  page.shadow(x, ground, 50 * unit, 3 * unit, 0.5);
  const at = (px: number, py: number): Point => [x + px * unit, ground + py * unit];
  const [rear, front, crank, seat, head] = [at(-25, -18), at(27, -18), at(-3, -17), at(-9, -42), at(20, -43)];
  for (const hub of [rear, front]) {
    for (let i = 0; i < 18; i++) {
      const angle = (i / 18) * 2 * Math.PI;
      const rim: Point = [hub[0] + Math.cos(angle) * 16 * unit, hub[1] + Math.sin(angle) * 16 * unit];
      subject.strand([hub, rim], Math.max(0.22 * unit, 0.8), Math.max(0.22 * unit, 0.8), [0.72, 0.73, 0.75]);
    }
    put(page, outline(disc(hub, 17 * unit), 2.4 * unit), around(hub, 19 * unit), 1.2 * unit, {
      colour: [0.12, 0.12, 0.13],
      gloss: 0.1,
    });
  }
  const tubes: readonly (readonly [Point, Point])[] = [
    [rear, crank],
    [rear, seat],
    [crank, seat],
    [crank, head],
    [seat, head],
    [head, front],
    [seat, at(-10, -49)],
    [head, at(18, -50)],
  ];
  const frame = union(...tubes.map(([a, b]) => rod(a, b, 1.3 * unit)));
  put(page, frame, around([x, ground - 32 * unit], 36 * unit, 24 * unit), 1.3 * unit, {
    colour: paint,
    gloss: 0.5,
  });
  const black: Material = { colour: [0.13, 0.11, 0.1], gloss: 0.2 };
  const saddle = rod(at(-15, -50), at(-5, -50), 2.2 * unit, 1.4 * unit);
  put(page, saddle, around(at(-10, -50), 9 * unit), 2 * unit, black);
  put(page, rod(at(18, -50), at(25, -51), 1.3 * unit), around(at(21, -50), 7 * unit), unit, black);
  put(page, outline(disc(crank, 4 * unit), 1.4 * unit), around(crank, 6 * unit), unit, {
    colour: [0.6, 0.6, 0.62],
    gloss: 0.5,
  });
};

const chair: Subject = (page) => {
  const { random, unit, width, height } = page;
  const ground = height - 9 * unit;
  const x = width / 2;
  const wood = mix([0.6, 0.4, 0.22], [0.3, 0.18, 0.1], random.next());
  const at = (px: number, py: number): Point => [x + px * unit, ground + py * unit];
  page.shadow(x, ground, 26 * unit, 4 * unit);
  const slats = [-12, -6, 0, 6, 12].map((px) => rod(at(px, -40), at(px * 1.05, -76), 1.1 * unit));
  const legs = [
    rod(at(-17, -36), at(-20, 0), 2 * unit, 1.4 * unit),
    rod(at(17, -36), at(20, 0), 2 * unit, 1.4 * unit),
    rod(at(-10, -36), at(-11, -5), 1.7 * unit, 1.3 * unit),
    rod(at(10, -36), at(11, -5), 1.7 * unit, 1.3 * unit),
    rod(at(-18, -14), at(18, -14), 1.1 * unit),
    rod(at(-17, -38), at(-19, -80), 1.8 * unit),
    rod(at(17, -38), at(19, -80), 1.8 * unit),
    box(at(0, -77), 19 * unit, 4 * unit, 2 * unit),
    box(at(0, -37), 21 * unit, 3 * unit, 2 * unit),
  ];
  const shape = union(...slats, ...legs);
  put(page, shape, around(at(0, -41), 24 * unit, 44 * unit), 2 * unit, {
    colour: wood,
    second: lit(wood, 0.7),
    grain: 3 * unit,
    texture: 0.7,
    gloss: 0.2,
  });
};

/** A pot with long thin stems and leaves. */
const plant: Subject = (page) => {
  const { random, unit, width, height, subject, soft } = page;
  const x = width / 2;
  const ground = height - 10 * unit;
  page.shadow(x, ground, 18 * unit, 4 * unit);
  const clay: Colour = [0.72, 0.38, 0.24];
  const pot = lathe([x, ground - 26 * unit], 26 * unit, 17 * unit, [1, 1, 0.9, 0.8, 0.72]);
  const stems = 15;
  for (let i = 0; i < stems; i++) {
    const lean = ((i + 0.5) / stems - 0.5) * 2 * 0.9;
    const from: Point = [x + lean * 10 * unit, ground - 24 * unit];
    const tip: Point = [
      x + lean * 44 * unit,
      ground - random.between(48, 82) * unit + Math.abs(lean) * 14 * unit,
    ];
    const bend: Point = [x + lean * 16 * unit, tip[1] + 6 * unit];
    const green = lit(mix([0.2, 0.42, 0.14], [0.45, 0.6, 0.22], random.next()), random.between(0.8, 1.1));
    const points = curve(from, bend, tip, 14);
    subject.strand(points, 0.8 * unit, 0.35 * unit, lit(green, 0.8));
    for (let k = 4; k < points.length; k += 2) {
      const angle = random.between(-0.7, 0.7) + (k % 4 === 0 ? 0.4 : Math.PI - 0.4);
      const length = random.between(3, 6.5) * unit;
      const centre: Point = [
        points[k][0] + Math.cos(angle) * length,
        points[k][1] + Math.sin(angle) * length,
      ];
      const leaf = ellipse(centre, length, length * 0.33, angle);
      subject.paint(leaf, around(centre, length), {
        shade: solid(leaf, length * 0.3, { colour: green, grain: 2 * unit }),
        soft,
      });
    }
  }
  put(page, pot, [x - 18 * unit, ground - 26 * unit, x + 18 * unit, ground], 12 * unit, {
    colour: clay,
    second: lit(clay, 0.75),
    grain: 4 * unit,
    gloss: 0.05,
  });
};

/** A hot-air balloon: a car on thin ropes below a large round hull. */
const balloon: Subject = (page) => {
  const { random, unit, width, height, subject } = page;
  const x = width / 2 + random.between(-5, 5) * unit;
  const centre: Point = [x, height * 0.38];
  const hull = union(disc(centre, 28 * unit), rod(centre, [x, centre[1] + 34 * unit], 25 * unit, 5 * unit));
  const [one, two] = [
    [0.85, 0.25, 0.2],
    [0.95, 0.8, 0.35],
  ] as const;
  const shades = [one, two].map((colour) =>
    solid(hull, 24 * unit, { colour, texture: 0.2, grain: 6 * unit, gloss: 0.3 }),
  );
  subject.paint(hull, around([x, centre[1] + 6 * unit], 32 * unit, 40 * unit), {
    soft: page.soft,
    shade: (px, py, distance) => {
      const wide = Math.max(Math.sqrt(Math.max(1 - ((py - centre[1]) / (42 * unit)) ** 2, 0.1)), 0.3);
      const gore = Math.floor(
        (Math.asin(Math.max(Math.min((px - x) / (29 * unit * wide), 1), -1)) / Math.PI + 0.5) * 9,
      );
      return shades[gore % 2](px, py, distance);
    },
  });
  const top = centre[1] + 36 * unit;
  for (const side of [-1, -0.4, 0.4, 1]) {
    subject.strand(
      [
        [x + side * 6 * unit, top],
        [x + side * 4 * unit, top + 14 * unit],
      ],
      Math.max(0.3 * unit, 0.9),
      Math.max(0.3 * unit, 0.9),
      [0.25, 0.2, 0.16],
    );
  }
  const car: Point = [x, top + 17 * unit];
  put(page, box(car, 5 * unit, 4 * unit, unit), around(car, 6 * unit), 3 * unit, {
    colour: [0.5, 0.34, 0.2],
    second: [0.35, 0.22, 0.12],
    grain: unit,
  });
};

export const openSubjects = { mug, basket, bicycle, chair, plant, balloon } as const;
