import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitted,
  MOST_ZOOM,
  panned,
  toPicture,
  visiblePart,
  zoomed,
} from '../../../src/lib/ui/editor/stage/camera.ts';

const sides = fc.record({
  width: fc.integer({ min: 1, max: 9000 }),
  height: fc.integer({ min: 1, max: 9000 }),
});
const stages = fc.record({
  width: fc.integer({ min: 200, max: 4000 }),
  height: fc.integer({ min: 200, max: 3000 }),
});
const unit = fc.double({ min: 0, max: 1, noNaN: true });

describe('the camera', () => {
  it('fits the whole picture in', () => {
    fc.assert(
      fc.property(sides, stages, (picture, stage) => {
        const { zoom, x, y } = fitted(picture, stage);
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + picture.width * zoom).toBeLessThanOrEqual(stage.width);
        expect(y + picture.height * zoom).toBeLessThanOrEqual(stage.height);
        expect(zoom).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('zooms about a point of the picture, which stays under the finger', () => {
    const [picture, stage] = [
      { width: 4000, height: 3000 },
      { width: 1000, height: 800 },
    ];
    const at = { x: 600, y: 300 };
    const before = fitted(picture, stage);
    const after = zoomed(before, before.zoom * 5, at, picture, stage);
    expect(toPicture(after, at).x).toBeCloseTo(toPicture(before, at).x, 6);
    expect(toPicture(after, at).y).toBeCloseTo(toPicture(before, at).y, 6);
    expect(zoomed(before, 1e9, at, picture, stage).zoom).toBe(MOST_ZOOM);
  });

  it('never loses the picture, however it is moved and zoomed', () => {
    fc.assert(
      fc.property(
        sides,
        stages,
        unit,
        unit,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (picture, stage, u, v, zoom) => {
          const at = { x: u * stage.width, y: v * stage.height };
          const camera = panned(
            zoomed(fitted(picture, stage), zoom, at, picture, stage),
            { x: 1e6 * (u - 0.5), y: 1e6 * (v - 0.5) },
            picture,
            stage,
          );
          expect(visiblePart(camera, picture, stage)).toBeDefined();
        },
      ),
    );
  });
});
