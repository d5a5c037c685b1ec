import { describe, expect, it } from 'vitest';
import { type Edits, isUnedited, NO_EDITS, readEdits, withLookOf } from '#matting/edits/edits.ts';
import { renderEdits } from '#matting/edits/render.ts';
import { Scene } from '#matting/edits/scene.ts';
import type { PixelImage } from '#matting/image.ts';

/** A red disc with a soft rim on green, the whole photo's colours kept under every alpha. */
function photo(width = 120, height = 80): PixelImage {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const distance = Math.hypot((i % width) - width / 2, Math.floor(i / width) - height / 2);
    const alpha = Math.min(Math.max((height / 4 + 2 - distance) / 4, 0), 1);
    data.set([40 + 180 * alpha, 160 - 140 * alpha, 60, alpha * 255], i * 4);
  }
  return { width, height, data };
}

const edited = (edits: Partial<Edits>): Edits => ({ ...NO_EDITS, clean: false, ...edits });
const at = ({ width, data }: PixelImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];
/** The greatest difference of any channel of any pixel that shows. */
function difference(a: PixelImage, b: PixelImage): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  let most = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i | 3] + b.data[i | 3] > 0) most = Math.max(most, Math.abs(a.data[i] - b.data[i]));
  }
  return most;
}

const picture: PixelImage = {
  width: 2,
  height: 1,
  data: Uint8ClampedArray.of(0, 0, 255, 255, 255, 255, 0, 255),
};
const LOOKS: Record<string, Partial<Edits>> = {
  'a colour': { background: { kind: 'colour', colour: '#0000ff' } },
  'a linear gradient': {
    background: { kind: 'gradient', shape: 'linear', from: '#000000', to: '#ffffff', angle: 30 },
  },
  'a radial gradient': {
    background: { kind: 'gradient', shape: 'radial', from: '#ff0000', to: '#00ff00', angle: 0 },
  },
  'a picture': { background: { kind: 'picture', picture: 'x', fit: 'cover' } },
  'a contained picture': { background: { kind: 'picture', picture: 'x', fit: 'contain' } },
  'the photo, blurred': { background: { kind: 'blur', strength: 0.5 } },
  'a shadow': { shadow: { strength: 0.6, blur: 0.3, x: 0.2, y: 0.5 } },
  'a crop': { frame: { crop: true, margin: 0.1, aspect: '1:1', size: null } },
  'a size': { frame: { crop: true, margin: 0.1, aspect: 'free', size: { width: 90, height: 60 } } },
  'a mask': { output: { ...NO_EDITS.output, content: 'mask' } },
  'a jpeg': { output: { ...NO_EDITS.output, format: 'jpeg' } },
  'clean edges': { clean: true, background: { kind: 'colour', colour: '#0000ff' } },
};

describe('what is seen', () => {
  it.each(Object.entries(LOOKS))('is what is exported, with %s', (_, look) => {
    const edits = edited(look);
    const exported = renderEdits(photo(), edits, picture);
    const { image } = new Scene(photo()).view({ sight: 'result', edits, picture, scale: 1 });
    expect(difference(image, exported)).toBeLessThanOrEqual(2);
  });

  it.each(Object.entries(LOOKS))('in parts is what is seen as a whole, with %s', (_, look) => {
    const edits = edited({ ...look, clean: false });
    const scene = new Scene(photo());
    const whole = scene.view({ sight: 'result', edits, picture, scale: 1 }).image;
    const part = { left: 15, top: 10, width: 25, height: 15 };
    const seen = scene.view({ sight: 'result', edits, picture, scale: 1, part });
    for (const [x, y] of [
      [0, 0],
      [24, 14],
      [12, 7],
    ] as const) {
      expect(at(seen.image, x, y)).toEqual(at(whole, x + 15, y + 10));
    }
  });

  it('at half the size is the average of what is exported', () => {
    const edits = edited({ background: { kind: 'colour', colour: '#ffffff' } });
    const full = renderEdits(photo(), edits);
    const half = new Scene(photo()).view({ sight: 'result', edits, scale: 0.5 }).image;
    expect([half.width, half.height]).toEqual([60, 40]);
    for (let y = 0; y < 40; y++) {
      for (let x = 0; x < 60; x++) {
        const mean = [0, 1, 2].map(
          (c) =>
            [0, 1]
              .flatMap((j) => [0, 1].map((i) => at(full, 2 * x + i, 2 * y + j)[c]))
              .reduce((a, b) => a + b) / 4,
        );
        mean.forEach((value, c) => expect(Math.abs(value - at(half, x, y)[c])).toBeLessThan(24));
      }
    }
  });

  it('follows a changed alpha without being told what to draw anew', () => {
    const image = photo();
    const scene = new Scene(image);
    const edits = edited({ frame: { crop: true, margin: 0, aspect: 'free', size: null } });
    scene.view({ sight: 'result', edits, scale: 0.5 });
    for (let i = 3; i < (image.data.length * 3) / 4; i += 4) image.data[i] = 0;
    scene.alphaChanged({ left: 0, top: 0, width: 120, height: 60 });
    scene.settle();
    expect(scene.view({ sight: 'result', edits, scale: 0.5 }).canvas.height).toBeLessThan(10);
  });

  it('before is the photo where the photo lies, and nothing beside it', () => {
    const edits = edited({
      frame: { crop: false, margin: 0, aspect: 'free', size: { width: 120, height: 120 } },
    });
    const { image } = new Scene(photo()).view({ sight: 'photo', edits, scale: 1 });
    expect(at(image, 5, 60)[3]).toBe(255);
    expect(at(image, 5, 5)[3]).toBe(0);
  });
});

describe('backgrounds', () => {
  it('a gradient at 90 degrees runs from left to right, mixed as CSS does', () => {
    const gradient = {
      kind: 'gradient',
      shape: 'linear',
      from: '#000000',
      to: '#ffffff',
      angle: 90,
    } as const;
    const image = renderEdits(photo(100, 40), edited({ background: gradient }));
    expect([at(image, 0, 0)[0], at(image, 25, 0)[0], at(image, 99, 39)[0]]).toEqual([1, 65, 254]);
  });

  it('a shadow falls where it is told to, and darkens nothing of the subject', () => {
    const shadow = { strength: 1, blur: 0, x: 1, y: 0 };
    const image = renderEdits(photo(), edited({ shadow }));
    // The disc has a radius of 20 about (60, 40); the shadow lies a tenth of 120 to the right.
    expect(at(image, 60, 40)).toEqual([220, 20, 60, 255]);
    expect(at(image, 88, 40)[3]).toBeGreaterThan(230);
    expect(at(image, 88, 40)[0]).toBeLessThan(10);
    expect(at(image, 32, 40)[3]).toBe(0);
  });

  it('clean edges hold nothing of the old background', () => {
    const blue = { kind: 'colour', colour: '#0000ff' } as const;
    const green = (clean: boolean) => {
      const image = renderEdits(photo(), edited({ clean, background: blue }));
      return Math.max(...Array.from({ length: 60 }, (_, x) => at(image, x, 40)[1]));
    };
    expect(green(false)).toBeGreaterThan(40);
    expect(green(true)).toBeLessThan(green(false) * 0.7);
  });
});

describe('edits as data', () => {
  it('are read as they were written, and refused when another version wrote them', () => {
    const edits = edited(LOOKS['a picture']);
    expect(readEdits(JSON.parse(JSON.stringify(edits)))).toEqual(edits);
    expect(readEdits({ ...edits, version: 2 })).toBeUndefined();
    expect(readEdits({ ...edits, background: { kind: 'colour', colour: 'red' } })).toBeUndefined();
  });

  it('know when they change nothing', () => {
    expect(isUnedited(NO_EDITS)).toBe(true);
    expect(isUnedited(edited(LOOKS['a shadow']))).toBe(false);
  });

  it('lend their look to another photo, which keeps its strokes', () => {
    const stroke = { id: 's', mode: 'erase', radius: 3, hardness: 1, snap: 0, points: [1, 1, 1] } as const;
    const own = edited({ strokes: [{ ...stroke, points: [1, 1, 1] }] });
    const look = edited({ ...LOOKS['a colour'], strokes: [] });
    expect(withLookOf(look, own)).toEqual({ ...look, strokes: own.strokes });
  });
});
