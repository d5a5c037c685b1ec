import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cardsBetween, geometryOf, heightOf, placeOf } from '../../../src/lib/ui/gallery/grid-geometry.ts';

const sizes = (width: number) => ({ width, gap: 16, foot: 60 });

test.each([
  { width: 292, columns: 2 },
  { width: 362, columns: 2 },
  { width: 800, columns: 3 },
  { width: 1360, columns: 6 },
  { width: 3700, columns: 11 },
])('a grid of 300 cards that is $width px wide has $columns columns', ({ width, columns }) => {
  expect(geometryOf(300, { ...sizes(width), gap: width < 560 ? 10 : 16 }).columns).toBe(columns);
});

test('a single image is large, and no larger than a screen', () => {
  expect(geometryOf(1, sizes(1360))).toMatchObject({ columns: 1, cardWidth: 704 });
  expect(geometryOf(1, sizes(292)).cardWidth).toBe(292);
});

test('cards never overlap, never leave the grid, and exactly those in view are shown', () => {
  const view = fc.record({
    count: fc.integer({ min: 1, max: 400 }),
    width: fc.integer({ min: 140, max: 3840 }),
    top: fc.integer({ min: -2_000, max: 60_000 }),
    height: fc.integer({ min: 100, max: 3_000 }),
  });
  fc.assert(
    fc.property(view, ({ count, width, top, height }) => {
      const grid = geometryOf(count, sizes(width));
      const [from, to] = cardsBetween(grid, count, top, top + height);
      for (let index = 0; index < count; index += 1) {
        const [x, y] = placeOf(grid, index);
        expect(x + grid.cardWidth).toBeLessThanOrEqual(width + 0.01);
        expect(y + grid.cardHeight).toBeLessThanOrEqual(heightOf(grid, count));
        const seen = y < top + height && y + grid.cardHeight > top;
        if (seen) expect(index >= from && index < to).toBe(true);
        if (index + grid.columns < from || index >= to + grid.columns) expect(seen).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});
