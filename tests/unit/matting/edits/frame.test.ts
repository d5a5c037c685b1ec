import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ASPECTS, MAX_MARGIN, NO_EDITS, type Frame } from '#matting/edits/edits.ts';
import { layoutOf, scaledLayout } from '#matting/edits/frame.ts';

const photo = { width: 600, height: 400 };
const subject = { left: 100, top: 50, width: 200, height: 100 };
const frameOf = (frame: Partial<Frame>): Frame => ({ ...NO_EDITS.frame, margin: 0, ...frame });

const frames = fc.record({
  crop: fc.boolean(),
  margin: fc.double({ min: 0, max: MAX_MARGIN, noNaN: true }),
  aspect: fc.constantFrom(...ASPECTS),
  size: fc.option(
    fc.record({ width: fc.integer({ min: 1, max: 3000 }), height: fc.integer({ min: 1, max: 3000 }) }),
    {
      nil: null,
    },
  ),
});
const subjects = fc.tuple(fc.nat(599), fc.nat(399), fc.nat(599), fc.nat(399)).map(([x1, y1, x2, y2]) => ({
  left: Math.min(x1, x2),
  top: Math.min(y1, y2),
  width: Math.abs(x1 - x2) + 1,
  height: Math.abs(y1 - y2) + 1,
}));

describe('the canvas', () => {
  it('is the photo when neither a crop nor a size is asked for', () => {
    const whole = { left: 0, top: 0, ...photo };
    expect(layoutOf(photo, subject, frameOf({ aspect: '1:1', margin: 0.3 }))).toEqual({
      ...photo,
      from: whole,
      to: whole,
      subject,
    });
  });

  it('is the subject, with a margin that is a share of the canvas', () => {
    expect(layoutOf(photo, subject, frameOf({ crop: true }))).toMatchObject({ width: 200, height: 100 });
    const { width, height, subject: placed } = layoutOf(photo, subject, frameOf({ crop: true, margin: 0.1 }));
    expect([width, height]).toEqual([250, 150]);
    expect(placed).toEqual({ left: 25, top: 25, width: 200, height: 100 });
  });

  it.each([
    ['1:1', 1],
    ['4:5', 0.8],
    ['3:4', 0.75],
    ['16:9', 16 / 9],
    ['original', 1.5],
  ] as const)('has the shape %s about the subject, beyond the photo if it must', (aspect, ratio) => {
    const layout = layoutOf(photo, subject, frameOf({ crop: true, aspect, margin: 0.1 }));
    expect(layout.width / layout.height).toBeCloseTo(ratio, 1);
    const { left, top, width, height } = layout.subject;
    expect(Math.abs(left * 2 + width - layout.width)).toBeLessThanOrEqual(2);
    expect(Math.abs(top * 2 + height - layout.height)).toBeLessThanOrEqual(2);
    expect(Math.min(left / layout.width, top / layout.height)).toBeGreaterThan(0.09);
  });

  it('has exactly the size that was asked for, the subject centred and as large as the margin allows', () => {
    const size = { width: 1000, height: 1000 };
    const layout = layoutOf(photo, subject, frameOf({ crop: true, margin: 0.1, size }));
    expect(layout).toMatchObject({ ...size, subject: { left: 100, top: 300, width: 800, height: 400 } });
    const whole = layoutOf(photo, subject, frameOf({ size }));
    expect(whole.to).toEqual({ left: 0, top: 167, width: 1000, height: 666 });
  });

  it('copies whole pixels from inside the photo to inside the canvas, unscaled when no size is given', () => {
    fc.assert(
      fc.property(subjects, frames, (box, frame) => {
        const { from, to, width, height } = layoutOf(photo, box, frame);
        for (const [inner, outer] of [
          [from, photo],
          [to, { width, height }],
        ] as const) {
          expect(Math.min(inner.left, inner.top)).toBeGreaterThanOrEqual(0);
          expect(Math.min(inner.width, inner.height)).toBeGreaterThanOrEqual(1);
          expect(inner.left + inner.width).toBeLessThanOrEqual(outer.width);
          expect(inner.top + inner.height).toBeLessThanOrEqual(outer.height);
          expect(Object.values(inner).every(Number.isInteger)).toBe(true);
        }
        if (frame.size === null) expect([to.width, to.height]).toEqual([from.width, from.height]);
      }),
    );
  });

  it('keeps its parts inside when it is made smaller', () => {
    fc.assert(
      fc.property(subjects, frames, fc.nat(6), (box, frame, halvings) => {
        const { to, width, height } = scaledLayout(layoutOf(photo, box, frame), 0.5 ** halvings);
        expect(to.left + to.width).toBeLessThanOrEqual(width);
        expect(to.top + to.height).toBeLessThanOrEqual(height);
      }),
    );
  });
});
