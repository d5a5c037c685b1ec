import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyStrokes, Retouch } from '#matting/edits/brush/retouch.ts';
import { StrokeInProgress } from '#matting/edits/brush/stroke-in-progress.ts';
import type { Stroke } from '#matting/edits/edits.ts';
import type { PixelImage } from '#matting/image.ts';

const SIDE = 48;

function drawn(colourAt: (x: number, y: number) => readonly [number, number, number, number]): PixelImage {
  const data = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let i = 0; i < SIDE * SIDE; i++) data.set(colourAt(i % SIDE, Math.floor(i / SIDE)), i * 4);
  return { width: SIDE, height: SIDE, data };
}

/** Every pixel another colour and another alpha, the same each time. */
const noisy = () =>
  drawn((x, y) => [(x * 37 + y * 91) % 256, (x * 13) % 256, (y * 57) % 256, (x * 7 + y * 11) % 256]);
/** Dark on the left of column 24, light on its right, all half transparent. */
const halves = () => drawn((x) => (x < 24 ? [30, 30, 40, 128] : [220, 210, 200, 128]));

const alphaAt = ({ data }: PixelImage, x: number, y: number) => data[(y * SIDE + x) * 4 + 3];
const alphas = ({ data }: PixelImage) => data.filter((_, i) => i % 4 === 3);
const colours = ({ data }: PixelImage) => data.filter((_, i) => i % 4 !== 3);

const HARD: Stroke = { id: 'a', mode: 'erase', radius: 8, hardness: 1, snap: 0, points: [24, 24, 1] };

const place = fc.double({ min: -10, max: SIDE + 10, noNaN: true });
const pressure = fc.double({ min: 0.2, max: 1, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const strokes = fc.record({
  id: fc.uuid(),
  mode: fc.constantFrom('erase', 'keep'),
  radius: fc.double({ min: 0.5, max: 20, noNaN: true }),
  hardness: share,
  snap: share,
  points: fc
    .array(fc.tuple(place, place, pressure), { minLength: 1, maxLength: 6 })
    .map((points) => points.flat()),
});

/** Of a pixel's centre to the polyline. */
function distanceTo({ points }: Stroke, x: number, y: number): number {
  let least = Infinity;
  for (let i = 0; i < points.length; i += 3) {
    const [ax, ay] = [points[Math.max(i - 3, 0)], points[Math.max(i - 3, 0) + 1]];
    const [dx, dy] = [points[i] - ax, points[i + 1] - ay];
    const length = dx * dx + dy * dy;
    const t = length === 0 ? 0 : Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length, 0), 1);
    least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy));
  }
  return least;
}

describe('a stroke', () => {
  it('changes nothing outside its reach, and no colour anywhere', () => {
    fc.assert(
      fc.property(strokes, (stroke) => {
        const before = noisy();
        const after = noisy();
        applyStrokes(after, [stroke]);
        expect(colours(after)).toEqual(colours(before));
        const [old, now] = [alphas(before), alphas(after)];
        const changed = [...now.keys()].filter((i) => now[i] !== old[i]);
        const reach = (i: number) => distanceTo(stroke, (i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5);
        expect(changed.filter((i) => reach(i) > stroke.radius + 0.5)).toEqual([]);
      }),
    );
  });

  it('takes away only or gives only, whatever it snaps to', () => {
    fc.assert(
      fc.property(strokes, (stroke) => {
        const after = noisy();
        applyStrokes(after, [stroke]);
        const before = alphas(noisy());
        const sign = stroke.mode === 'erase' ? 1 : -1;
        expect(alphas(after).filter((alpha, i) => (alpha - before[i]) * sign > 0)).toHaveLength(0);
      }),
    );
  });

  it('comes out the same however its points are portioned out', () => {
    fc.assert(
      fc.property(strokes, fc.nat(5), (stroke, cut) => {
        const [whole, parts] = [noisy(), noisy()];
        applyStrokes(whole, [stroke]);
        const live = new StrokeInProgress(parts, stroke);
        live.extend(stroke.points.slice(0, cut * 3));
        live.extend(stroke.points.slice(cut * 3));
        expect(parts.data).toEqual(whole.data);
      }),
    );
  });

  it('does nothing the second time where it had full effect, and the opposite one replaces it there', () => {
    const once = halves();
    applyStrokes(once, [HARD]);
    const twice = halves();
    applyStrokes(twice, [HARD, { ...HARD, id: 'b' }]);
    const replaced = halves();
    applyStrokes(replaced, [HARD, { ...HARD, id: 'b', mode: 'keep' }]);
    for (let y = 18; y < 30; y++) {
      for (let x = 20; x < 28; x++) {
        expect([alphaAt(once, x, y), alphaAt(twice, x, y), alphaAt(replaced, x, y)]).toEqual([0, 0, 255]);
      }
    }
  });

  it('fades towards its rim when it is soft', () => {
    const image = halves();
    applyStrokes(image, [{ ...HARD, radius: 16, hardness: 0.2 }]);
    const row = [24, 30, 34, 38, 42].map((x) => alphaAt(image, x, 24));
    expect(row[0]).toBe(0);
    expect(row).toEqual([...row].sort((a, b) => a - b));
    expect(new Set(row).size).toBeGreaterThan(3);
  });
});

describe('snapping', () => {
  const onTheLeft: Stroke = { ...HARD, radius: 14, snap: 0.6, points: [16, 24, 1] };

  it('stops at a strong edge, and without it the brush goes over', () => {
    const snapped = halves();
    applyStrokes(snapped, [onTheLeft]);
    const plain = halves();
    applyStrokes(plain, [{ ...onTheLeft, snap: 0 }]);
    expect([alphaAt(snapped, 20, 24), alphaAt(snapped, 23, 24)]).toEqual([0, 0]);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 24; x < SIDE; x++) expect(alphaAt(snapped, x, y)).toBe(128);
    }
    expect(alphaAt(plain, 27, 24)).toBe(0);
  });

  it('does not pass a thin line to the same colour behind it', () => {
    const lined = drawn((x) => (x === 24 ? [200, 40, 40, 128] : [90, 90, 90, 128]));
    applyStrokes(lined, [onTheLeft]);
    expect(alphaAt(lined, 22, 24)).toBe(0);
    expect(alphaAt(lined, 27, 24)).toBe(128);
  });

  it('goes through what is uneven in itself', () => {
    const grass = drawn((x, y) => [40 + ((x * 31 + y * 17) % 40), 100 + ((x * 7 + y * 29) % 50), 30, 128]);
    applyStrokes(grass, [onTheLeft]);
    const inside = alphas(grass).filter(
      (_, i) => Math.hypot((i % SIDE) - 15.5, Math.floor(i / SIDE) - 23.5) < 12,
    );
    expect(inside.filter((alpha) => alpha < 16).length / inside.length).toBeGreaterThan(0.98);
  });
});

describe('retouching', () => {
  it('comes to the same alpha by any way of drawing, taking off and drawing again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(strokes, { selector: ({ id }) => id, minLength: 2, maxLength: 5 }),
        fc.array(fc.nat(5), { maxLength: 5 }),
        (all, stops) => {
          const image = noisy();
          const retouch = new Retouch(image);
          for (const count of stops) retouch.bring(all.slice(0, count));
          retouch.bring(all);
          const straight = noisy();
          applyStrokes(straight, all);
          expect(image.data).toEqual(straight.data);
          retouch.bring([]);
          expect(image.data).toEqual(noisy().data);
        },
      ),
      { numRuns: 40 },
    );
  });
});
