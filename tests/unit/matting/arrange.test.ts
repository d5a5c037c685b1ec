import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange, layOut } from '#matting/arrange.ts';
import { coveringPart, paintImage } from '#matting/backdrop.ts';
import type { PixelImage } from '#matting/image.ts';
import { parseMargins, parsePosition, parseRoi, parseScale, readOptions } from '#matting/options.ts';
import { confine } from '#matting/roi.ts';
import { paintShadow } from '#matting/shadow.ts';

const IMAGE = { width: 200, height: 100 };
/** 40 × 20 pixels, at (100, 60). */
const SUBJECT = { left: 100, top: 60, width: 40, height: 20 };

function margins(text: string) {
  const parsed = parseMargins(text);
  if (parsed === undefined) throw new Error(`"${text}" is no margin`);
  return parsed;
}

describe('where the subject comes to lie', () => {
  it('is where it was, unless something is asked for', () => {
    expect(layOut(IMAGE, SUBJECT, {})).toMatchObject({ ...IMAGE, subject: SUBJECT });
  });

  it('has margins in pixels or per cent of the subject, also beyond the image', () => {
    const layout = layOut(IMAGE, SUBJECT, { margins: margins('10px 5% 10px 50%') });
    expect(layout).toMatchObject({ width: 40 + 2 + 20, height: 40 });
    expect(layout.subject).toEqual({ left: 20, top: 10, width: 40, height: 20 });
    const atEdge = layOut(IMAGE, { left: 0, top: 0, width: 40, height: 20 }, { margins: margins('10px') });
    expect(atEdge).toMatchObject({ width: 60, height: 40, to: { left: 10, top: 10, width: 50, height: 30 } });
  });

  it('has margins of half of the subject at most, as remove.bg limits them', () => {
    expect(layOut(IMAGE, SUBJECT, { margins: margins('400px') })).toMatchObject({ width: 80, height: 40 });
  });

  it('is scaled to a share of the canvas and centred', () => {
    const { subject, ...canvas } = layOut(IMAGE, SUBJECT, { scale: 0.5 });
    expect(canvas).toMatchObject(IMAGE);
    expect(subject).toEqual({ left: 50, top: 25, width: 100, height: 50 });
  });

  it('is moved to shares of the room that is left', () => {
    expect(layOut(IMAGE, SUBJECT, { position: { x: 0, y: 1 } }).subject).toEqual({
      ...SUBJECT,
      left: 0,
      top: 80,
    });
    expect(layOut(IMAGE, SUBJECT, { position: { x: 0.5, y: 0.5 } }).subject).toMatchObject({
      left: 80,
      top: 40,
    });
  });

  it('fits into so many pixels, in its shape', () => {
    const { width, height, subject } = layOut(IMAGE, SUBJECT, { maxPixels: 5000 });
    expect([width, height]).toEqual([100, 50]);
    expect(subject).toEqual({ left: 50, top: 30, width: 20, height: 10 });
  });

  it('is inside the canvas, whatever is asked for', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const size = fc.integer({ min: 1, max: 60 });
    const arrangement = fc.record(
      {
        scale: fc.double({ min: 0.01, max: 1, noNaN: true }),
        position: fc.oneof(fc.constant('original' as const), fc.record({ x: share, y: share })),
        maxPixels: fc.integer({ min: 1, max: 2000 }),
        margins: fc.constantFrom('0px', '3px', '50%', '10% 4px').map(margins),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(size, size, share, share, arrangement, (width, height, x, y, wish) => {
        const left = Math.floor(x * (width - 1));
        const top = Math.floor(y * (height - 1));
        const subject = {
          left,
          top,
          width: Math.ceil((width - left) / 2),
          height: Math.ceil((height - top) / 2),
        };
        const layout = layOut({ width, height }, subject, wish);
        const { to } = layout;
        expect(to.left).toBeGreaterThanOrEqual(0);
        expect(to.top).toBeGreaterThanOrEqual(0);
        expect(to.left + to.width).toBeLessThanOrEqual(layout.width);
        expect(to.top + to.height).toBeLessThanOrEqual(layout.height);
        const image = { width, height, data: new Uint8ClampedArray(width * height * 4).fill(255) };
        const arranged = arrange(image, layout);
        expect(arranged.data).toHaveLength(layout.width * layout.height * 4);
        const at = ((to.top + (to.height >> 1)) * layout.width + to.left + (to.width >> 1)) * 4;
        expect(arranged.data[at + 3]).toBe(255);
      }),
    );
  });
});

const filled = (width: number, height: number, colour: readonly number[]): PixelImage => {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < data.length; at += 4) data.set(colour, at);
  return { width, height, data };
};

it('a background picture fills the canvas from its middle, in its shape', () => {
  expect(coveringPart({ width: 300, height: 100 }, { width: 50, height: 50 })).toEqual({
    left: 100,
    top: 0,
    width: 100,
    height: 100,
  });
  const image = filled(4, 4, [255, 255, 255, 0]);
  image.data.set([9, 8, 7, 255], 0);
  paintImage(image, filled(40, 20, [10, 20, 30, 255]));
  expect([...image.data.subarray(0, 8)]).toEqual([9, 8, 7, 255, 10, 20, 30, 255]);
});

it('a shadow is dark, below the subject, and leaves the subject as it is', () => {
  const image = filled(100, 100, [200, 100, 50, 0]);
  for (let y = 30; y < 60; y++) {
    for (let x = 30; x < 70; x++) image.data[(y * 100 + x) * 4 + 3] = 255;
  }
  paintShadow(image);
  const pixel = (x: number, y: number) => [...image.data.subarray((y * 100 + x) * 4, (y * 100 + x) * 4 + 4)];
  expect(pixel(50, 45)).toEqual([200, 100, 50, 255]);
  const [red, , , below] = pixel(50, 61);
  expect(red).toBe(0);
  expect(below).toBeGreaterThan(30);
  expect(below).toBeGreaterThan(pixel(50, 28)[3] ?? 0);
  expect(pixel(2, 2)).toEqual([200, 100, 50, 0]);
});

it('outside the region of interest everything is background', () => {
  const mask = { width: 4, height: 4, data: new Uint8Array(16).fill(255) };
  const roi = parseRoi('1px 25% 75% 100%');
  if (roi === undefined) throw new Error('this is a region');
  confine(mask, roi);
  expect([...mask.data]).toEqual([0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0]);
});

describe('options as text', () => {
  it.each([
    ['margins', parseMargins, ['', '1', '-1px', '1px 2px 3px', '1px 2px 3px 4px 5px']],
    ['scale', parseScale, ['', '0%', '101%', '50px', '0.5']],
    ['position', parsePosition, ['', 'left', '101%', '10px', '1% 2% 3%']],
    ['region', parseRoi, ['', '0% 0% 100%', '0 0 1 1']],
  ])('no %s: what cannot be read', (_what, parse, texts) => {
    expect(texts.map((text) => parse(text))).toEqual(texts.map(() => undefined));
  });

  it('a background image needs the image', () => {
    const texts = { format: 'png', background: 'image', output: 'cutout', crop: false } as const;
    expect(() => readOptions(texts)).toThrow('background=image');
    expect(readOptions(texts, new Blob()).background.kind).toBe('image');
  });
});
