import { describe, expect, it } from 'vitest';
import type { Mask, PixelImage } from '#matting/image.ts';
import {
  gradientError,
  meanAbsoluteError,
  meanSquaredError,
  sumOfAbsoluteDifferences,
} from '../../eval/metrics/alpha.ts';
import { boundaryF } from '../../eval/metrics/boundary.ts';
import { compositingError } from '../../eval/metrics/composite.ts';
import { maxFMeasure, structureMeasure } from '../../eval/metrics/regions.ts';

function mask(...rows: readonly (readonly number[])[]): Mask {
  return { width: rows[0].length, height: rows.length, data: Uint8Array.from(rows.flat()) };
}

/** A filled rectangle on nothing. */
function rectangle(width: number, height: number, left: number, top: number, w: number, h: number): Mask {
  const data = new Uint8Array(width * height).map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < left + w && y >= top && y < top + h ? 255 : 0;
  });
  return { width, height, data };
}

function colours(...pixels: readonly (readonly [number, number, number])[]): PixelImage {
  const data = Uint8ClampedArray.from(pixels.flatMap((rgb) => [...rgb, 255]));
  return { width: pixels.length, height: 1, data };
}

describe('errors of alpha', () => {
  const found = mask([255, 51], [0, 0]);
  const truth = mask([255, 0], [0, 102]);

  it('averages, sums and squares the differences 0, 0.2, 0 and 0.4', () => {
    expect(meanAbsoluteError(found, truth)).toBeCloseTo(0.15, 10);
    expect(sumOfAbsoluteDifferences(found, truth)).toBeCloseTo(0.6, 10);
    expect(meanSquaredError(found, truth)).toBeCloseTo((0.04 + 0.16) / 4, 10);
  });

  it('has no gradient error between masks that differ by a constant only', () => {
    const low = mask(...Array.from({ length: 9 }, () => new Array<number>(9).fill(40)));
    const high = mask(...Array.from({ length: 9 }, () => new Array<number>(9).fill(200)));
    expect(gradientError(low, high)).toBeCloseTo(0, 10);
  });

  it('measures a step as the sum of its gaussian derivative, squared, over the columns it reaches', () => {
    // A vertical step in every row: the response of column x is Σ g'(k) over the taps beyond the step, times Σ g.
    const step = rectangle(20, 3, 10, 0, 10, 3);
    const flat = rectangle(20, 3, 0, 0, 0, 0);
    const taps = Array.from({ length: 11 }, (_, i) => i - 5);
    const gauss = taps.map((k) => Math.exp((-k * k) / 3.92));
    const slope = taps.map((k, i) => k * gauss[i]);
    const norm = Math.hypot(...gauss) * Math.hypot(...slope);
    const smooth = gauss.reduce((a, b) => a + b);
    let expected = 0;
    for (let x = 0; x < 20; x++) {
      // Edge pixels are repeated, so taps beyond the right border still see the subject.
      const response = taps.reduce((sum, k, i) => sum + (x + k >= 10 ? slope[i] : 0), 0);
      expected += 3 * ((response * smooth) / norm) ** 2;
    }
    expect(gradientError(step, flat)).toBeCloseTo(expected, 3);
  });
});

describe('max F-measure', () => {
  it('takes the best threshold', () => {
    // Above 100: both subject pixels and nothing else.
    expect(maxFMeasure(mask([200, 120, 60, 0]), mask([255, 255, 0, 0]))).toBe(1);
  });

  it('weighs precision over recall by β² = 0.3', () => {
    // At 200: precision 1, recall 1/2 → 1.3 × 0.5 / (0.3 + 0.5) = 0.8125; at 50: precision 2/3, recall 1 →
    // 1.3 × 2/3 / (0.2 + 1) = 0.7222.
    expect(maxFMeasure(mask([200, 50, 50, 0]), mask([255, 255, 0, 0]))).toBeCloseTo(0.8125, 10);
  });
});

describe('structure measure', () => {
  const truth = rectangle(8, 8, 2, 2, 4, 4);

  it('is 1 for the truth itself', () => {
    expect(structureMeasure(truth, truth)).toBeCloseTo(1, 6);
  });

  it('is what is left of the mean when the truth is empty or full', () => {
    const half = mask([255, 0], [255, 0]);
    expect(structureMeasure(half, rectangle(2, 2, 0, 0, 0, 0))).toBeCloseTo(0.5, 10);
    expect(structureMeasure(half, rectangle(2, 2, 0, 0, 2, 2))).toBeCloseTo(0.5, 10);
  });

  it('of an empty answer counts the background alone: 0.5 × share of background × 1', () => {
    // Object part: 0.75 × 2·1/(1 + 1) = 0.75; region part: each quarter holds subject, so its SSIM is 0.
    const found = rectangle(8, 8, 0, 0, 0, 0);
    expect(structureMeasure(found, truth)).toBeCloseTo(0.5 * 0.75, 6);
  });
});

describe('boundary F', () => {
  const truth = rectangle(20, 20, 5, 5, 10, 10);

  it('forgives a shift within the tolerance and no other', () => {
    const shifted = rectangle(20, 20, 7, 5, 10, 10);
    expect(boundaryF(shifted, truth, 2)).toBe(1);
    expect(boundaryF(shifted, truth, 1)).toBeLessThan(1);
  });

  it('counts 36 outline pixels of a square; the two sides of a shift by 2 miss at tolerance 1', () => {
    // Of the shifted square, the left side's inner 8 pixels and the right side's all 10 are 2 away from the truth's
    // outline, but for the ends at the corners: (7, y) for y = 6 … 13 is inside, 2 from x = 5, except where it is
    // within 1 of the top or bottom side (y = 6 and 13). So 6 miss there, 10 on the right, and x = 15, the last but
    // one column of top and bottom, is 1 from the corner.
    const shifted = rectangle(20, 20, 7, 5, 10, 10);
    const share = (36 - 6 - 10) / 36;
    expect(boundaryF(shifted, truth, 1)).toBeCloseTo(share, 10);
  });

  it('is 0 when one of two has no outline, 1 when neither has', () => {
    const nothing = rectangle(20, 20, 0, 0, 0, 0);
    expect(boundaryF(nothing, truth, 3)).toBe(0);
    expect(boundaryF(nothing, nothing, 3)).toBe(1);
  });
});

describe('compositing error', () => {
  it('is 0 for the exact matte, whatever the colours where nothing shows', () => {
    const alpha = mask([255, 0]);
    const found = { alpha, colours: colours([10, 20, 30], [255, 255, 255]) };
    expect(compositingError(found, { alpha, colours: colours([10, 20, 30], [0, 0, 0]) })).toBe(0);
  });

  it('shows a wrong colour by its alpha', () => {
    const alpha = mask([51]);
    const found = { alpha, colours: colours([255, 0, 0]) };
    // One of three channels is off by 0.2 on both colours.
    expect(compositingError(found, { alpha, colours: colours([0, 0, 0]) })).toBeCloseTo(0.2 / 3, 10);
  });

  it('shows a wrong alpha as the distance to the new background', () => {
    // Black at alpha 0 instead of 1: magenta differs in two channels, green in one, of three.
    const black = colours([0, 0, 0]);
    const error = compositingError(
      { alpha: mask([0]), colours: black },
      { alpha: mask([255]), colours: black },
    );
    expect(error).toBeCloseTo((2 + 1) / 6, 10);
  });
});
