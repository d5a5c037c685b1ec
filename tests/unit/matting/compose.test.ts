import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blurredBackground, paintBlur } from '#matting/blur.ts';
import { alphaToGrey, applyMask, cropInPlace, paintColour, subjectBox } from '#matting/compose.ts';
import type { Mask, PixelImage } from '#matting/image.ts';
import type { Rgba } from '#matting/options.ts';

const byte = fc.integer({ min: 0, max: 255 });
const rgba = fc.tuple(byte, byte, byte, byte);

function onePixel(colour: Rgba): PixelImage {
  return { width: 1, height: 1, data: Uint8ClampedArray.from(colour) };
}

function filled(width: number, height: number, colour: Rgba): PixelImage {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < data.length; at += 4) data.set(colour, at);
  return { width, height, data };
}

const maskOf = (width: number, height: number, data: number[]): Mask => ({
  width,
  height,
  data: Uint8Array.from(data),
});

describe('a cutout', () => {
  it('keeps every colour under every alpha', () => {
    fc.assert(
      fc.property(rgba, byte, (colour, mask) => {
        const image = onePixel(colour);
        applyMask(image, maskOf(1, 1, [mask]));
        expect([...image.data.subarray(0, 3)]).toEqual(colour.slice(0, 3));
      }),
    );
  });

  it('multiplies the mask with the image’s own alpha, rounded to nearest', () => {
    const every = Array.from({ length: 256 }, (_, value) => value);
    for (const own of every) {
      const image = filled(256, 1, [1, 2, 3, own]);
      applyMask(image, maskOf(256, 1, every));
      const alphas = every.map((value) => image.data[value * 4 + 3]);
      expect(alphas).toEqual(every.map((value) => Math.round((own * value) / 255)));
    }
  });

  it('as a mask is its alpha in opaque grey', () => {
    const image = onePixel([1, 2, 3, 77]);
    alphaToGrey(image);
    expect([...image.data]).toEqual([77, 77, 77, 255]);
  });
});

describe('over a colour', () => {
  it('mixes in proportion to alpha, and is opaque when the colour is', () => {
    fc.assert(
      fc.property(rgba, fc.tuple(byte, byte, byte), (top, under) => {
        const image = onePixel(top);
        paintColour(image, [...under, 255]);
        const share = top[3] / 255;
        const mixed = under.map((value, i) => top[i] * share + value * (1 - share));
        expect(image.data[3]).toBe(255);
        for (const [i, value] of mixed.entries())
          expect(Math.abs(image.data[i] - value)).toBeLessThanOrEqual(0.51);
      }),
    );
  });

  it('stays straight under a translucent colour', () => {
    const image = onePixel([255, 0, 0, 0]);
    paintColour(image, [10, 200, 30, 100]);
    expect([...image.data]).toEqual([10, 200, 30, 100]);
  });

  it.each([0, 60, 255])('changes nothing over a wholly transparent colour, at an alpha of %i', (alpha) => {
    const image = onePixel([9, 8, 7, alpha]);
    paintColour(image, [255, 255, 255, 0]);
    expect([...image.data]).toEqual([9, 8, 7, alpha]);
  });
});

describe('over its own background out of focus', () => {
  it('a plain photo stays as it is, at any size', () => {
    const side = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(side, side, byte, (width, height, alpha) => {
        const image = filled(width, height, [90, 140, 200, 255]);
        const backdrop = blurredBackground(image, {
          width,
          height,
          data: new Uint8Array(width * height).fill(alpha),
        });
        for (let at = 3; at < image.data.length; at += 4) image.data[at] = alpha;
        paintBlur(image, backdrop);
        expect(image.data).toEqual(filled(width, height, [90, 140, 200, 255]).data);
      }),
      { numRuns: 20 },
    );
  });

  it('what is cut away turns smooth and the subject stays sharp', () => {
    const image = filled(400, 300, [0, 0, 0, 255]);
    for (let i = 0; i < 400 * 300; i++) if ((i % 400) % 2 === 0) image.data.fill(255, i * 4, i * 4 + 3);
    const backdrop = blurredBackground(image, { width: 400, height: 300, data: new Uint8Array(400 * 300) });
    for (let i = 0; i < 400 * 300; i++) image.data[i * 4 + 3] = i % 400 < 200 ? 255 : 0;
    paintBlur(image, backdrop);
    const row = (from: number) => [0, 1, 2, 3].map((x) => image.data[(150 * 400 + from + x) * 4]);
    expect(row(100)).toEqual([255, 0, 255, 0]);
    for (const value of row(300)) expect(Math.abs(value - 127)).toBeLessThan(8);
  });

  it('the subject’s colours do not glow around it', () => {
    const image = filled(300, 200, [0, 60, 0, 255]);
    const mask = { width: 300, height: 200, data: new Uint8Array(300 * 200) };
    for (let i = 0; i < 300 * 200; i++) {
      if (i % 300 < 100 || i % 300 >= 200) continue;
      image.data.set([255, 255, 255, 255], i * 4);
      mask.data[i] = 255;
    }
    const backdrop = blurredBackground(image, mask);
    const colourAt = (x: number) => [...backdrop.data.subarray((100 * 300 + x) * 3, (100 * 300 + x) * 3 + 3)];
    expect(colourAt(95)).toEqual([0, 60, 0]);
    // Under the subject's own edge, where hair lets it through.
    expect(colourAt(105)).toEqual([0, 60, 0]);
  });
});

describe('the subject box', () => {
  const withSubject = (subject: (x: number, y: number) => boolean) => {
    const image = filled(12, 9, [5, 5, 5, 0]);
    for (let i = 0; i < 12 * 9; i++) if (subject(i % 12, Math.trunc(i / 12))) image.data[i * 4 + 3] = 200;
    return image;
  };

  it('holds the subject and its margin, inside the image', () => {
    const image = withSubject((x, y) => x >= 3 && x <= 5 && y >= 1 && y <= 4);
    expect(subjectBox(image, 10, 0)).toEqual({ left: 3, top: 1, width: 3, height: 4 });
    expect(subjectBox(image, 10, 2)).toEqual({ left: 1, top: 0, width: 7, height: 7 });
    expect(subjectBox(image, 10, 99)).toEqual({ left: 0, top: 0, width: 12, height: 9 });
  });

  it('is absent when nothing is above the threshold', () => {
    expect(
      subjectBox(
        withSubject(() => true),
        200,
        5,
      ),
    ).toBeUndefined();
  });

  it('crops to the pixels that were there', () => {
    const image = filled(12, 9, [0, 0, 0, 255]);
    for (let i = 0; i < 12 * 9; i++) image.data[i * 4] = i;
    const cropped = cropInPlace(image, { left: 3, top: 2, width: 4, height: 3 });
    expect(cropped).toMatchObject({ width: 4, height: 3 });
    const reds = Array.from({ length: 12 }, (_, i) => cropped.data[i * 4]);
    expect(reds).toEqual([27, 28, 29, 30, 39, 40, 41, 42, 51, 52, 53, 54]);
    expect(cropped.data).toHaveLength(48);
  });
});
