import { describe, expect, it } from 'vitest';
import { boxMean, dilated, eroded, type Plane, reduced } from '#matting/refine/plane.ts';
import { Random } from '../../eval/draw/random.ts';

function noise(width: number, height: number): Plane {
  const random = new Random(3);
  return { width, height, data: Float32Array.from({ length: width * height }, () => random.next()) };
}

/** All values in the square about a cell that lie inside the plane. */
function square({ width, height, data }: Plane, cell: number, radius: number): number[] {
  const [x, y] = [cell % width, Math.floor(cell / width)];
  const found: number[] = [];
  for (let v = Math.max(y - radius, 0); v <= Math.min(y + radius, height - 1); v++) {
    for (let u = Math.max(x - radius, 0); u <= Math.min(x + radius, width - 1); u++) {
      found.push(data[v * width + u]);
    }
  }
  return found;
}

describe.each([1, 2, 3, 6, 24])('a window of radius %i', (radius) => {
  const source = noise(13, 9);

  it('finds the extremes of the square, cut off at the border', () => {
    const most = dilated(source, radius).data;
    const least = eroded(source, radius).data;
    for (let cell = 0; cell < most.length; cell++) {
      expect(most[cell]).toBe(Math.max(...square(source, cell, radius)));
      expect(least[cell]).toBe(Math.min(...square(source, cell, radius)));
    }
  });

  it('averages rows and columns, cut off at the border', () => {
    const mean = boxMean(source, radius).data;
    for (let cell = 0; cell < mean.length; cell++) {
      const values = square(source, cell, radius);
      expect(mean[cell]).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 5);
    }
  });
});

it('halving keeps a constant and odd sizes', () => {
  const flat: Plane = { width: 7, height: 5, data: new Float32Array(35).fill(0.25) };
  const half = reduced(flat);
  expect([half.width, half.height]).toEqual([4, 3]);
  expect([...half.data]).toEqual(new Array(12).fill(0.25));
});
