import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mask } from '#matting/image.ts';
import { fillHoles, removeSpecks } from '#matting/refine/artefacts.ts';

const SIDE = 64;
/** Of 4096 pixels an artefact covers 4 at most. */
const SMALL = 2;

function mask(draw: (x: number, y: number) => number): Mask {
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => draw(i % SIDE, Math.floor(i / SIDE)));
  return { width: SIDE, height: SIDE, data };
}

const isIn = (x: number, y: number, left: number, top: number, size: number) =>
  x >= left && x < left + size && y >= top && y < top + size;

/** A certain subject in the upper left quarter, and a square in it or elsewhere. */
const scene = (left: number, top: number, size: number, value: number) =>
  mask((x, y) => (isIn(x, y, left, top, size) ? value : isIn(x, y, 4, 4, 28) ? 255 : 0));

const copyOf = (of: Mask): Mask => ({ ...of, data: of.data.slice() });

describe('specks', () => {
  it('go when they are faint, small and away from the subject', () => {
    const found = scene(50, 50, SMALL, 100);
    expect(removeSpecks(found)).toBe(SMALL * SMALL);
    expect(found).toEqual(scene(50, 50, SMALL, 0));
  });

  it.each([
    ['the network leans to them', scene(50, 50, SMALL, 128)],
    ['they are larger', scene(50, 50, SMALL + 1, 100)],
    ['they are near the subject, like the tips of hair', scene(33, 33, SMALL, 100)],
    ['they are a part of the subject’s haze', scene(32, 10, SMALL, 100)],
  ])('stay when %s', (_why, before) => {
    const after = copyOf(before);
    expect(removeSpecks(after)).toBe(0);
    expect(after).toEqual(before);
  });
});

describe('holes', () => {
  it.each([0, 128, 242])('of %i within certain subject are filled', (value) => {
    const found = scene(12, 12, SMALL, value);
    expect(fillHoles(found)).toBe(SMALL * SMALL);
    expect(found).toEqual(scene(12, 12, SMALL, 255));
  });

  it.each([
    ['they are larger', scene(12, 12, SMALL + 1, 0)],
    ['they open to the outside', scene(30, 12, SMALL, 0)],
    ['they open to the outside by a corner', scene(30, 30, SMALL, 0)],
    ['they are at the border of the image', mask((x, y) => (isIn(x, y, 10, 0, SMALL) ? 0 : 255))],
  ])('stay when %s', (_why, before) => {
    const after = copyOf(before);
    expect(fillHoles(after)).toBe(0);
    expect(after).toEqual(before);
  });
});

/** Few levels and large cells, so that regions of all sizes come up. */
const anyMask = fc
  .record({
    width: fc.integer({ min: 1, max: 48 }),
    height: fc.integer({ min: 1, max: 48 }),
    cells: fc.array(fc.constantFrom(0, 5, 60, 127, 128, 200, 243, 255), { minLength: 1, maxLength: 400 }),
  })
  .map(({ width, height, cells }): Mask => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) => cells[i % cells.length]),
  }));

describe.each([
  ['removing specks', removeSpecks, 0],
  ['filling holes', fillHoles, 255],
] as const)('%s from any mask', (_name, work, value) => {
  it('changes what it counts, to one value, and leaves nothing for a second time', () => {
    fc.assert(
      fc.property(anyMask, (before) => {
        const after = copyOf(before);
        const count = work(after);
        const changed = [...after.data].filter((now, i) => now !== before.data[i]);
        expect(changed).toEqual(new Array(count).fill(value));
        expect(work(after)).toBe(0);
      }),
    );
  });

  it('does not mind on which side the image begins', () => {
    fc.assert(
      fc.property(anyMask, (before) => {
        const turned = { ...before, data: before.data.slice().reverse() };
        const after = copyOf(before);
        expect(work(turned)).toBe(work(after));
        expect(turned.data.reverse()).toEqual(after.data);
      }),
    );
  });
});
