/** Subjects that let light through, so that alpha lies between 0 and 1 over whole areas. */
import { clamp, type Colour, lit, ramp } from './colour.ts';
import { fractalNoise } from './noise.ts';
import { disc, ellipse, lathe, type Point, type Shape } from './shapes.ts';
import { around, type Bounds, curve } from './sheet.ts';
import type { Page, Subject } from './subjects.ts';
import { put } from './things.ts';

/** Clear in the middle and denser towards the outline, where one looks along the wall. */
function blown(page: Page, shape: Shape, bounds: Bounds, wall: number, tint: Colour, body: number): void {
  page.subject.paint(shape, bounds, {
    soft: page.soft,
    shade: (x, y, distance) => {
      const rim = 1 - ramp(0, wall, -distance);
      return lit(tint, 0.75 + 0.4 * rim * (fractalNoise(x / wall, y / (wall * 8), 5, 2) > 0.5 ? 1 : -0.5));
    },
    opacity: (_x, _y, distance) => clamp(body + (0.9 - body) * (1 - ramp(0, wall, -distance))),
  });
}

function streak(page: Page, centre: Point, rx: number, ry: number, turn: number): void {
  page.subject.paint(ellipse(centre, rx, ry, turn), around(centre, Math.max(rx, ry)), {
    shade: () => [1, 1, 1],
    soft: rx,
    opacity: 0.75,
  });
}

function bottle(tint: Colour, body: number): Subject {
  return (page) => {
    const { unit, width, height } = page;
    const x = width / 2;
    const ground = height - 10 * unit;
    page.shadow(x + 3 * unit, ground, 17 * unit, 3.5 * unit, 0.4);
    const tall = 80 * unit;
    const shape = lathe(
      [x, ground - tall],
      tall,
      16 * unit,
      [0.36, 0.3, 0.3, 0.34, 0.75, 1, 1, 1, 1, 1, 0.95],
    );
    blown(page, shape, [x - 18 * unit, ground - tall, x + 18 * unit, ground], 3.5 * unit, tint, body);
    const label: Point = [x, ground - 26 * unit];
    put(
      page,
      (px, py) => Math.max(Math.abs(px - x) - 14.5 * unit, Math.abs(py - label[1]) - 11 * unit),
      around(label, 15 * unit, 12 * unit),
      12 * unit,
      {
        colour: [0.9, 0.86, 0.74],
        second: [0.75, 0.68, 0.5],
        grain: 3 * unit,
      },
    );
    streak(page, [x - 10 * unit, ground - 44 * unit], 1.2 * unit, 5 * unit, 0.05);
    streak(page, [x - 3 * unit, ground - 70 * unit], 0.8 * unit, 7 * unit, 0);
  };
}

const wineglass: Subject = (page) => {
  const { random, unit, width, height } = page;
  const x = width / 2;
  const ground = height - 9 * unit;
  const tall = 78 * unit;
  page.shadow(x, ground, 16 * unit, 3 * unit, 0.4);
  const bowl = lathe([x, ground - tall], 42 * unit, 20 * unit, [0.8, 0.95, 1, 0.95, 0.7, 0.1]);
  const foot = lathe([x, ground - tall + 40 * unit], 38 * unit, 16 * unit, [0.1, 0.08, 0.08, 0.08, 0.1, 0.9]);
  const wine: Colour = random.pick([
    [0.45, 0.06, 0.12],
    [0.85, 0.75, 0.35],
  ]);
  const bounds: Bounds = [x - 22 * unit, ground - tall, x + 22 * unit, ground];
  blown(page, foot, bounds, 2 * unit, [0.8, 0.85, 0.88], 0.5);
  blown(page, bowl, bounds, 2.2 * unit, [0.85, 0.9, 0.93], 0.4);
  const level = ground - tall + 17 * unit;
  const drink: Shape = (px, py) => Math.max(bowl(px, py) + 1.2 * unit, level - py);
  page.subject.paint(drink, bounds, {
    shade: (_px, py) => lit(wine, 1.15 - ((py - level) / (40 * unit)) * 0.5),
    soft: page.soft,
    opacity: 0.86,
  });
  streak(page, [x - 11 * unit, ground - tall + 18 * unit], 1.3 * unit, 9 * unit, 0.05);
};

const bubble: Subject = (page) => {
  const { unit, width, height } = page;
  const centre: Point = [width / 2, height / 2];
  blown(page, disc(centre, 31 * unit), around(centre, 31 * unit), 9 * unit, [0.72, 0.85, 0.95], 0.4);
  streak(page, [centre[0] - 13 * unit, centre[1] - 14 * unit], 3 * unit, 8 * unit, 0.8);
  streak(page, [centre[0] + 14 * unit, centre[1] + 15 * unit], 1.6 * unit, 4 * unit, 0.8);
};

/** Thin cloth: opacity follows its folds. */
const veil: Subject = (page) => {
  const { random, unit, width, height } = page;
  const x = width / 2;
  const seed = random.whole(1, 1e6);
  const shape = lathe([x, height * 0.12], height * 0.8, 36 * unit, [0.35, 0.5, 0.62, 0.74, 0.8, 0.92, 1]);
  const fold = (px: number, py: number) => fractalNoise(px / (4 * unit), py / (46 * unit), seed, 3);
  const cloth = random.pick<Colour>([
    [0.92, 0.9, 0.88],
    [0.85, 0.4, 0.45],
    [0.4, 0.55, 0.8],
  ]);
  page.shadow(x, height * 0.92, 34 * unit, 4 * unit, 0.3);
  page.subject.paint(shape, around([x, height * 0.52], 38 * unit, height * 0.42), {
    soft: page.soft * 3,
    shade: (px, py) => lit(cloth, 0.65 + 0.6 * fold(px, py)),
    opacity: (px, py) => clamp(0.62 + 1.1 * (fold(px, py) - 0.4)),
  });
};

const feather: Subject = (page) => {
  const { random, unit, width, height, subject } = page;
  const quill = curve(
    [width / 2 - 30 * unit, height * 0.86],
    [width / 2 - 8 * unit, height * 0.5],
    [width / 2 + 27 * unit, height * 0.14],
    90,
  );
  const tone = random.pick<Colour>([
    [0.9, 0.88, 0.84],
    [0.35, 0.45, 0.6],
    [0.55, 0.35, 0.25],
  ]);
  quill.forEach(([px, py], i) => {
    const along = i / quill.length;
    const length = 19 * unit * Math.sin(Math.PI * clamp(along * 1.05 - 0.08)) ** 0.6;
    if (!(length > 0)) return;
    for (const side of [-1, 1]) {
      for (let k = 0; k < 5; k++) {
        const angle = -0.9 + side * random.between(0.75, 0.95);
        const tip: Point = [px + Math.cos(angle) * length, py + Math.sin(angle) * length];
        const root: Point = [px + random.between(-0.5, 0.5) * unit, py + random.between(-0.5, 0.5) * unit];
        subject.strand([root, tip], 0.55 * unit, 0.25 * unit, lit(tone, random.between(0.75, 1.1)));
      }
    }
  });
  subject.strand(quill, 1.3 * unit, 0.4 * unit, lit(tone, 0.75));
};

export const glassSubjects = {
  'bottle-green': bottle([0.25, 0.45, 0.28], 0.75),
  'bottle-clear': bottle([0.8, 0.88, 0.9], 0.45),
  wineglass,
  bubble,
  veil,
  feather,
} as const;
