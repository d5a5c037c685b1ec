import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mask, PixelImage } from '#matting/image.ts';
import { lanczosGrey, lanczosRgb } from '#matting/resample.ts';

interface Vector {
  name: string;
  channels: 1 | 3;
  from: [number, number];
  to: [number, number];
  /** Base64. */
  input: string;
  output: string;
}

const reference = new URL('../../fixtures/reference/lanczos.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(reference, 'utf8')) as { vectors: Vector[] };

function withAlpha(width: number, height: number, rgb: Uint8Array): PixelImage {
  const data = new Uint8ClampedArray(width * height * 4);
  // An alpha that varies: it must not leak into the colours.
  for (let i = 0; i < width * height; i++) data.set([...rgb.subarray(i * 3, i * 3 + 3), i & 255], i * 4);
  return { width, height, data };
}

describe("the resampler equals Pillow's Lanczos in every byte", () => {
  it.each(vectors)('$name', ({ channels, from: [width, height], to, input, output }) => {
    const pixels = new Uint8Array(Buffer.from(input, 'base64'));
    const resized =
      channels === 1
        ? lanczosGrey({ width, height, data: pixels }, ...to)
        : lanczosRgb(withAlpha(width, height, pixels), ...to);
    expect([resized.width, resized.height]).toEqual(to);
    expect(Buffer.from(resized.data).equals(Buffer.from(output, 'base64'))).toBe(true);
  });
});

const side = fc.integer({ min: 1, max: 40 });

function masks(): fc.Arbitrary<Mask> {
  return fc
    .tuple(side, side)
    .chain(([width, height]) =>
      fc
        .uint8Array({ minLength: width * height, maxLength: width * height })
        .map((data) => ({ width, height, data })),
    );
}

describe('the resampler, whatever the image', () => {
  it('keeps a constant image constant at every size', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (width, height, w, h, value) => {
        const constant = { width, height, data: new Uint8Array(width * height).fill(value) };
        expect(new Set(lanczosGrey(constant, w, h).data)).toEqual(new Set([value]));
      }),
    );
  });

  it('returns an equal copy at the same size', () => {
    fc.assert(
      fc.property(masks(), (mask) => {
        const copy = lanczosGrey(mask, mask.width, mask.height);
        expect(copy).toEqual(mask);
        expect(copy.data).not.toBe(mask.data);
      }),
    );
  });

  it('treats each colour as a grey image of its own', () => {
    fc.assert(
      fc.property(masks(), side, side, (mask, width, height) => {
        const inverse = { ...mask, data: mask.data.map((value) => 255 - value) };
        const rgb = Uint8Array.from(
          { length: mask.data.length * 3 },
          (_, i) => (i % 3 === 1 ? inverse : mask).data.at(Math.trunc(i / 3)) ?? 0,
        );
        const { data } = lanczosRgb(withAlpha(mask.width, mask.height, rgb), width, height);
        const channel = (from: number) => data.filter((_, i) => i % 3 === from);
        expect(channel(0)).toEqual(lanczosGrey(mask, width, height).data);
        expect(channel(1)).toEqual(lanczosGrey(inverse, width, height).data);
      }),
    );
  });

  it('mirrors its result when the image is mirrored, but for the rounding of halves', () => {
    const mirrored = ({ width, height, data }: Mask): Mask => ({
      width,
      height,
      data: data.map((_, i) => data[i - (i % width) + (width - 1 - (i % width))]),
    });
    fc.assert(
      fc.property(masks(), side, side, (mask, width, height) => {
        const expected = mirrored(lanczosGrey(mask, width, height)).data;
        const actual = lanczosGrey(mirrored(mask), width, height).data;
        expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i])))).toBeLessThanOrEqual(1);
      }),
    );
  });
});
