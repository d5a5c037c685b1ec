/** Subjects whose outline is hair, fur or down. */
import { type Colour, lit, mix } from './colour.ts';
import { solid } from './material.ts';
import { disc, ellipse, type Point, rod, union } from './shapes.ts';
import { around, curve } from './sheet.ts';
import type { Page, Subject } from './subjects.ts';

interface Coat {
  readonly centre: Point;
  readonly rx: number;
  readonly ry: number;
  readonly count: number;
  readonly length: number;
  readonly width: number;
  readonly colour: Colour;
  /** How far a strand may lean from straight outwards, radians. */
  readonly lean: number;
  /** Bends the ends downwards, 0 to 1. */
  readonly droop?: number;
  /** Angles at which strands grow, radians; the whole round when left out. */
  readonly arc?: readonly [from: number, to: number];
}

/** Strands that grow outwards from the rim of an ellipse. */
function coat(page: Page, { centre, rx, ry, count, arc = [0, 2 * Math.PI], ...hair }: Coat): void {
  const { random, subject } = page;
  for (let i = 0; i < count; i++) {
    const angle = random.between(...arc);
    const heading = angle + random.between(-hair.lean, hair.lean);
    const length = hair.length * random.between(0.35, 1) ** 1.5;
    const inset = random.between(0.82, 1);
    const root: Point = [centre[0] + Math.cos(angle) * rx * inset, centre[1] + Math.sin(angle) * ry * inset];
    const drop = (hair.droop ?? 0) * length;
    const bend: Point = [root[0] + Math.cos(angle) * length * 0.5, root[1] + Math.sin(angle) * length * 0.5];
    const tip: Point = [root[0] + Math.cos(heading) * length, root[1] + Math.sin(heading) * length + drop];
    const tone = lit(hair.colour, random.between(0.6, 1.25) - 0.2 * Math.sin(angle));
    subject.strand(curve(root, bend, tip, 8), hair.width * random.between(0.6, 1.3), hair.width * 0.25, tone);
  }
}

const HAIR: readonly Colour[] = [
  [0.2, 0.13, 0.08],
  [0.1, 0.09, 0.1],
  [0.62, 0.45, 0.25],
  [0.45, 0.2, 0.1],
  [0.72, 0.68, 0.64],
];
const SKIN: readonly Colour[] = [
  [0.88, 0.68, 0.57],
  [0.72, 0.52, 0.4],
  [0.5, 0.34, 0.25],
];

/** Head and shoulders; `wild` is the length of the loose hair in units. */
function portrait(wild: number): Subject {
  return (page) => {
    const { random, unit, width, height, subject, soft } = page;
    const x = width / 2 + random.between(-5, 5) * unit;
    const y = height - 56 * unit;
    const hair = random.pick(HAIR);
    const skin = random.pick(SKIN);
    const cloth: Colour = [random.between(0.1, 0.7), random.between(0.1, 0.5), random.between(0.15, 0.6)];
    const strands = { colour: hair, width: Math.max(0.16 * unit, 0.7), lean: 0.6 };
    coat(page, {
      ...strands,
      centre: [x, y - 2 * unit],
      rx: 20 * unit,
      ry: 25 * unit,
      count: 900,
      length: wild * unit,
      droop: 0.4,
    });
    const mane = union(
      ellipse([x, y - 3 * unit], 20 * unit, 24 * unit),
      ellipse([x, y + 12 * unit], 21 * unit, 20 * unit),
    );
    subject.paint(mane, around([x, y + 2 * unit], 24 * unit, 36 * unit), {
      shade: solid(mane, 12 * unit, {
        colour: hair,
        second: lit(hair, 1.35),
        grain: 1.1 * unit,
        stretch: 14,
        texture: 0.9,
        gloss: 0.3,
      }),
      soft: soft * 1.5,
    });
    const body = union(
      ellipse([x, height + 6 * unit], 38 * unit, 34 * unit),
      rod([x, y + 16 * unit], [x, height], 9 * unit, 24 * unit),
    );
    subject.paint(body, [0, height - 40 * unit, width, height], {
      shade: solid(body, 16 * unit, { colour: cloth, second: lit(cloth, 0.7), grain: 2 * unit, gloss: 0 }),
      soft,
    });
    face(page, [x, y], skin);
    coat(page, {
      ...strands,
      centre: [x, y - 6 * unit],
      rx: 17 * unit,
      ry: 21 * unit,
      count: 260,
      length: 0.8 * wild * unit,
      droop: 0.9,
      arc: [Math.PI, 2 * Math.PI],
    });
  };
}

function face({ subject, unit, soft }: Page, [x, y]: Point, skin: Colour): void {
  const neck = rod([x, y + 10 * unit], [x, y + 27 * unit], 7 * unit, 9 * unit);
  subject.paint(neck, around([x, y + 18 * unit], 12 * unit, 20 * unit), {
    shade: solid(neck, 9 * unit, { colour: lit(skin, 0.8), texture: 0.1 }),
    soft,
  });
  const head = ellipse([x, y], 14 * unit, 19 * unit);
  subject.paint(head, around([x, y], 14 * unit, 19 * unit), {
    shade: solid(head, 15 * unit, { colour: skin, texture: 0.15, gloss: 0.1 }),
    soft,
  });
  const spot = (px: number, py: number, rx: number, ry: number, colour: Colour) =>
    subject.paint(ellipse([px, py], rx, ry), around([px, py], rx, ry), {
      shade: () => colour,
      soft: unit * 0.6,
    });
  for (const side of [-1, 1]) {
    spot(x + side * 5.5 * unit, y - 2.5 * unit, 2.6 * unit, 1.3 * unit, [0.93, 0.92, 0.9]);
    spot(x + side * 5.5 * unit, y - 2.5 * unit, 1.2 * unit, 1.3 * unit, [0.13, 0.1, 0.08]);
    spot(x + side * 5.5 * unit, y - 6 * unit, 3.2 * unit, 0.7 * unit, [0.22, 0.15, 0.1]);
  }
  spot(x + 0.4 * unit, y + 3 * unit, 1.6 * unit, 2.2 * unit, lit(skin, 0.86));
  spot(x, y + 9 * unit, 4.6 * unit, 1.3 * unit, [0.7, 0.32, 0.31]);
}

/** A sitting animal, furred all round. */
function animal(fur: Colour, furLength: number): Subject {
  return (page) => {
    const { random, unit, width, height, subject, soft } = page;
    const x = width / 2 + random.between(-4, 4) * unit;
    const ground = height - random.between(8, 14) * unit;
    page.shadow(x + 4 * unit, ground, 30 * unit, 6 * unit);
    const strands = { colour: fur, width: Math.max(0.22 * unit, 0.7), lean: 0.8, length: furLength * unit };
    const body: Point = [x, ground - 22 * unit];
    const head: Point = [x + random.between(-5, 5) * unit, ground - 52 * unit];
    const material = {
      colour: fur,
      second: lit(fur, 0.75),
      grain: 2 * unit,
      stretch: 3,
      texture: 0.5,
      gloss: 0,
    };
    const tail = curve(
      [x + 15 * unit, ground - 6 * unit],
      [x + 31 * unit, ground - 4 * unit],
      [x + 27 * unit, ground - 20 * unit],
      7,
    );
    const core = union(...tail.slice(1).map((p, i) => rod(tail[i], p, 3.6 * unit)));
    page.subject.paint(core, around([x + 24 * unit, ground - 12 * unit], 18 * unit), {
      shade: solid(core, 3 * unit, material),
      soft: soft * 3,
    });
    for (const p of tail) coat(page, { ...strands, centre: p, rx: 2.5 * unit, ry: 2.5 * unit, count: 90 });
    const ears = [-1, 1].map((side) =>
      rod(
        [head[0] + side * 9 * unit, head[1] - 8 * unit],
        [head[0] + side * 15 * unit, head[1] - 21 * unit],
        6 * unit,
        1.5 * unit,
      ),
    );
    const ear = union(...ears);
    subject.paint(ear, around(head, 24 * unit, 30 * unit), {
      shade: solid(ear, 4 * unit, material),
      soft: soft * 2,
    });
    coat(page, { ...strands, centre: body, rx: 22 * unit, ry: 23 * unit, count: 1300, droop: 0.3 });
    const trunk = ellipse(body, 22 * unit, 23 * unit);
    subject.paint(trunk, around(body, 22 * unit, 23 * unit), {
      shade: solid(trunk, 18 * unit, material),
      soft: soft * 3,
    });
    const legs = union(
      ...[-1, 1].map((side) =>
        rod([x + side * 8 * unit, ground - 24 * unit], [x + side * 9 * unit, ground - 4 * unit], 5 * unit),
      ),
    );
    subject.paint(legs, around([x, ground - 14 * unit], 18 * unit, 18 * unit), {
      shade: solid(legs, 5 * unit, material),
      soft: soft * 2,
    });
    coat(page, { ...strands, centre: head, rx: 16 * unit, ry: 14 * unit, count: 1000 });
    const skull = ellipse(head, 16 * unit, 14 * unit);
    subject.paint(skull, around(head, 16 * unit, 14 * unit), {
      shade: solid(skull, 13 * unit, material),
      soft: soft * 3,
    });
    muzzle(page, head, fur);
  };
}

function muzzle(page: Page, [x, y]: Point, fur: Colour): void {
  const { subject, unit, random } = page;
  const spot = (px: number, py: number, r: number, colour: Colour, flat = 1) =>
    subject.paint(ellipse([px, py], r, r * flat), around([px, py], r), {
      shade: () => colour,
      soft: unit * 0.5,
    });
  spot(x, y + 6 * unit, 6 * unit, mix(fur, [1, 1, 1], 0.4), 0.7);
  for (const side of [-1, 1]) {
    spot(x + side * 6.5 * unit, y - 2 * unit, 2.3 * unit, [0.08, 0.07, 0.06]);
    spot(x + side * 6.5 * unit - 0.7 * unit, y - 2.8 * unit, 0.6 * unit, [0.95, 0.95, 0.95]);
    for (let i = 0; i < 5; i++) {
      const from: Point = [x + side * 4 * unit, y + (5 + i * 0.8) * unit];
      const to: Point = [x + side * random.between(17, 25) * unit, y + (i * 3.2 - 2) * unit];
      const bend: Point = [(from[0] + to[0]) / 2, from[1] - 2 * unit];
      subject.strand(curve(from, bend, to, 8), Math.max(0.16 * unit, 0.8), 0.4, [0.93, 0.92, 0.9]);
    }
  }
  spot(x, y + 4 * unit, 2 * unit, [0.25, 0.12, 0.12], 0.7);
}

/** A seed head on a stalk: nothing but fine hairs round a small core. */
const dandelion: Subject = (page) => {
  const { random, unit, width, height, subject, soft } = page;
  const centre: Point = [width / 2 + random.between(-4, 4) * unit, height * 0.42];
  const stalk = curve(
    centre,
    [centre[0] + 4 * unit, height * 0.7],
    [centre[0] - 3 * unit, height + 2 * unit],
    16,
  );
  subject.strand(stalk, 2.2 * unit, 2.8 * unit, [0.48, 0.55, 0.3]);
  for (let i = 0; i < 240; i++) {
    const angle = random.between(0, 2 * Math.PI);
    const length = random.between(0.6, 1) * 27 * unit;
    const tip: Point = [centre[0] + Math.cos(angle) * length, centre[1] + Math.sin(angle) * length];
    const white = lit([0.93, 0.92, 0.88], random.between(0.8, 1.05));
    subject.strand([centre, tip], Math.max(0.2 * unit, 0.8), Math.max(0.16 * unit, 0.7), white);
    for (let k = 0; k < 9; k++) {
      const turn = angle + random.between(-1.1, 1.1);
      const end: Point = [tip[0] + Math.cos(turn) * 5 * unit, tip[1] + Math.sin(turn) * 5 * unit];
      subject.strand([tip, end], Math.max(0.16 * unit, 0.7), 0.3, white);
    }
  }
  const core = disc(centre, 5 * unit);
  subject.paint(core, around(centre, 5 * unit), {
    shade: solid(core, 5 * unit, {
      colour: [0.5, 0.42, 0.28],
      second: [0.3, 0.25, 0.15],
      grain: unit,
      gloss: 0,
    }),
    soft,
  });
};

export const hairSubjects = {
  'portrait-wild': portrait(15),
  'portrait-neat': portrait(5),
  'animal-ginger': animal([0.82, 0.55, 0.28], 7),
  'animal-grey': animal([0.5, 0.49, 0.5], 5),
  'animal-white': animal([0.88, 0.86, 0.82], 9),
  'animal-dark': animal([0.2, 0.17, 0.15], 6),
  dandelion,
} as const;
