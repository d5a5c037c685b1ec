/**
 * What stands behind a subject. Most are painted small and enlarged, as if out of focus; a few are sharp and busy.
 */
import { clamp, type Colour, lit, mix, ramp } from './colour.ts';
import { fractalNoise, valueNoise } from './noise.ts';
import type { Random } from './random.ts';
import { box, disc, ellipse } from './shapes.ts';
import { around, Sheet } from './sheet.ts';

export type Backdrop = (width: number, height: number, random: Random) => Sheet;
type Field = (x: number, y: number) => Colour;

function filled(width: number, height: number, colourAt: Field): Sheet {
  const sheet = new Sheet(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sheet.dab(x, y, colourAt(x + 0.5, y + 0.5), 1);
  }
  return sheet;
}

/** Enlarged with a smooth kernel, which is what defocus looks like from afar. */
function enlarged(small: Sheet, width: number, height: number): Sheet {
  const sheet = new Sheet(width, height);
  for (let y = 0; y < height; y++) {
    const v = clamp(((y + 0.5) * small.height) / height - 0.5, 0, small.height - 1);
    const y0 = Math.min(Math.floor(v), small.height - 2);
    const sv = ramp(0, 1, v - y0);
    for (let x = 0; x < width; x++) {
      const u = clamp(((x + 0.5) * small.width) / width - 0.5, 0, small.width - 1);
      const x0 = Math.min(Math.floor(u), small.width - 2);
      const su = ramp(0, 1, u - x0);
      const from = (y0 * small.width + x0) * 4;
      const to = (y * width + x) * 4;
      for (let c = 0; c < 4; c++) {
        const top = small.data[from + c] * (1 - su) + small.data[from + 4 + c] * su;
        const next = from + small.width * 4 + c;
        sheet.data[to + c] = top * (1 - sv) + (small.data[next] * (1 - su) + small.data[next + 4] * su) * sv;
      }
    }
  }
  return sheet;
}

/** Painted with a longer side of `side` pixels. */
function outOfFocus(side: number, paint: Backdrop): Backdrop {
  return (width, height, random) => {
    const scale = side / Math.max(width, height);
    const small = paint(Math.round(width * scale), Math.round(height * scale), random);
    return enlarged(small, width, height);
  };
}

function spots(sheet: Sheet, count: number, random: Random, colourOf: () => Colour, strength: number): void {
  const size = Math.min(sheet.width, sheet.height);
  for (let i = 0; i < count; i++) {
    const centre = [random.next() * sheet.width, random.next() * sheet.height] as const;
    const radius = random.between(0.02, 0.09) * size;
    const colour = colourOf();
    sheet.paint(disc(centre, radius), around(centre, radius), {
      shade: () => colour,
      soft: radius * 0.25 + 1,
      opacity: random.between(0.3, 1) * strength,
    });
  }
}

/** A paper roll: a bright pool of light that falls off towards the corners. */
export const studio: Backdrop = (width, height, random) => {
  const tone: Colour = random.pick([
    [0.82, 0.83, 0.84],
    [0.55, 0.6, 0.66],
    [0.72, 0.66, 0.6],
    [0.34, 0.37, 0.4],
    [0.93, 0.92, 0.9],
  ]);
  const seed = random.whole(1, 1e6);
  return filled(width, height, (x, y) => {
    const fall = Math.hypot(x / width - 0.5, y / height - 0.42);
    const paper = (fractalNoise(x / 90, y / 90, seed, 3) - 0.5) * 0.04;
    return lit(tone, 1.08 - fall * 0.5 + paper);
  });
};

export const meadow: Backdrop = outOfFocus(150, (width, height, random) => {
  const seed = random.whole(1, 1e6);
  const sheet = filled(width, height, (x, y) => {
    const t = y / height;
    const leaf = fractalNoise(x / 14, y / (6 + 14 * t), seed, 4);
    const far = mix([0.62, 0.74, 0.68], [0.35, 0.52, 0.22], ramp(0.15, 0.5, t));
    return lit(mix(far, [0.2, 0.36, 0.1], clamp(leaf * 1.5 - 0.4)), 0.75 + leaf * 0.5);
  });
  spots(sheet, 26, random, () => mix([0.8, 0.9, 0.5], [0.95, 0.95, 0.85], random.next()), 0.35);
  return sheet;
});

export const nightLights: Backdrop = outOfFocus(420, (width, height, random) => {
  const seed = random.whole(1, 1e6);
  const sheet = filled(width, height, (x, y) => {
    const cloud = fractalNoise(x / 80, y / 80, seed, 3);
    return lit([0.16, 0.18, 0.27], 0.5 + cloud + 0.3 * (y / height));
  });
  const lamp: readonly Colour[] = [
    [1, 0.8, 0.45],
    [0.9, 0.35, 0.25],
    [0.5, 0.75, 1],
    [0.95, 0.95, 0.85],
  ];
  spots(sheet, 44, random, () => random.pick(lamp), 0.55);
  return sheet;
});

export const room: Backdrop = outOfFocus(130, (width, height, random) => {
  const seed = random.whole(1, 1e6);
  const wall = mix([0.78, 0.74, 0.66], [0.6, 0.68, 0.72], random.next());
  const floorAt = height * random.between(0.62, 0.75);
  const sheet = filled(width, height, (x, y) => {
    if (y < floorAt)
      return lit(wall, 1.05 - (x / width) * 0.25 + (valueNoise(x / 60, y / 60, seed) - 0.5) * 0.1);
    const plank = fractalNoise(x / 30, y / 3, seed + 5, 3);
    return lit([0.5, 0.36, 0.24], 0.75 + plank * 0.5);
  });
  for (let i = 0; i < 5; i++) {
    const centre = [random.next() * width, floorAt * random.between(0.35, 0.95)] as const;
    const half = [random.between(5, 16), random.between(8, 26)] as const;
    const colour: Colour = [random.between(0.2, 0.8), random.between(0.2, 0.7), random.between(0.2, 0.7)];
    sheet.paint(box(centre, half[0], half[1]), around(centre, half[0], half[1]), {
      shade: () => mix(colour, wall, 0.45),
      soft: 2,
    });
  }
  return sheet;
});

export const sky: Backdrop = (width, height, random) => {
  const seed = random.whole(1, 1e6);
  const size = Math.min(width, height);
  return filled(width, height, (x, y) => {
    const blue = mix([0.3, 0.52, 0.82], [0.7, 0.82, 0.92], y / height);
    const cloud = fractalNoise((x / size) * 4, (y / size) * 7, seed, 5);
    return mix(blue, [0.96, 0.96, 0.97], ramp(0.52, 0.78, cloud) * 0.8);
  });
};

export const foliage: Backdrop = outOfFocus(260, (width, height, random) => {
  const seed = random.whole(1, 1e6);
  const sheet = filled(width, height, (x, y) =>
    lit([0.18, 0.3, 0.12], 0.5 + fractalNoise(x / 40, y / 40, seed, 3)),
  );
  for (let i = 0; i < 420; i++) {
    const centre = [random.next() * width, random.next() * height] as const;
    const length = random.between(4, 13);
    const colour = lit(mix([0.22, 0.42, 0.12], [0.55, 0.66, 0.25], random.next()), random.between(0.5, 1.1));
    sheet.paint(ellipse(centre, length, length * 0.4, random.between(0, 3.1)), around(centre, length), {
      shade: () => colour,
      soft: 2.5,
      opacity: 0.8,
    });
  }
  return sheet;
});

export const sand: Backdrop = (width, height, random) => {
  const seed = random.whole(1, 1e6);
  const size = Math.min(width, height);
  const tone = random.pick<Colour>([
    [0.76, 0.67, 0.52],
    [0.5, 0.5, 0.48],
    [0.62, 0.55, 0.48],
  ]);
  return filled(width, height, (x, y) => {
    const dune = fractalNoise((x / size) * 3, (y / size) * 6, seed, 3);
    const grain = fractalNoise(x / 3, y / 3, seed + 9, 2);
    return lit(tone, 0.72 + dune * 0.4 + (grain - 0.5) * 0.22 + (y / height) * 0.1);
  });
};

/** Sharp and regular: hard for anything that follows edges. */
export const bricks: Backdrop = (width, height, random) => {
  const seed = random.whole(1, 1e6);
  const brick = Math.min(width, height) / random.between(11, 15);
  return filled(width, height, (x, y) => {
    const row = Math.floor(y / brick);
    const u = (x / (brick * 2.1) + (row % 2) * 0.5) % 1;
    const v = (y / brick) % 1;
    const joint = Math.min(Math.min(u, 1 - u) * 2.1, Math.min(v, 1 - v));
    const stone = valueNoise(Math.floor(x / (brick * 2.1) + (row % 2) * 0.5) * 7.3, row * 5.1, seed);
    const rough = fractalNoise(x / 6, y / 6, seed + 3, 3);
    const red = lit(mix([0.56, 0.3, 0.22], [0.68, 0.45, 0.34], stone), 0.72 + rough * 0.5);
    return mix(lit([0.7, 0.67, 0.62], 0.7 + rough * 0.4), red, ramp(0.04, 0.1, joint));
  });
};

export const wood: Backdrop = (width, height, random) => {
  const seed = random.whole(1, 1e6);
  const size = Math.min(width, height);
  const board = size / 4.5;
  return filled(width, height, (x, y) => {
    const index = Math.floor(y / board);
    const ring = fractalNoise((x / size) * 2.5 + index * 31, (y / size) * 38, seed + index, 4);
    const seam = Math.min(y % board, board - (y % board)) / size;
    return lit(mix([0.45, 0.3, 0.18], [0.7, 0.52, 0.34], ring), 0.92 * ramp(-0.004, 0.004, seam));
  });
};

/** The soft dark patch that a subject casts on the ground; it belongs to the background. */
export function castShadow(
  sheet: Sheet,
  centre: readonly [number, number],
  rx: number,
  ry: number,
  strength = 0.5,
): void {
  sheet.paint(ellipse(centre, rx * 1.3, ry * 1.3), around(centre, rx * 1.3, ry * 1.3), {
    shade: () => [0.05, 0.05, 0.06],
    opacity: (x, y) =>
      strength * (1 - ramp(0.3, 1.3, Math.hypot((x - centre[0]) / rx, (y - centre[1]) / ry))),
  });
}
