import { describe, expect, it } from 'vitest';
import { LEARNED } from '#matting/features/learned.ts';
import { unpacked } from '#matting/features/packed.ts';
import type { Mask, PixelImage } from '#matting/image.ts';
import { postProcessMask } from '#matting/refine/clean.ts';
import { closedFormEdges } from '#matting/refine/closed-form.ts';
import { refineEdges } from '#matting/refine/edge.ts';
import { estimateForeground } from '#matting/refine/foreground.ts';
import { guidedFilter } from '#matting/refine/guided-filter.ts';
import { refine, REFINEMENTS } from '#matting/refine/refine.ts';
import { makeTrimap, TRIMAP_DEFAULTS, UNKNOWN } from '#matting/refine/trimap.ts';
import { lanczosGrey } from '#matting/resample.ts';
import { inOneGo, inPieces } from '#matting/steps.ts';
import { Random } from '../../eval/draw/random.ts';
import { meanAbsoluteError } from '../../eval/metrics/alpha.ts';
import { compositingError } from '../../eval/metrics/composite.ts';

const SIZE = 240;

interface Sample {
  readonly image: PixelImage;
  readonly truth: Mask;
  readonly colours: PixelImage;
  /** As a network of 40 × 40 pixels would see it, enlarged. */
  readonly mask: Mask;
}

/** An orange disc with a blurred edge on blue, with grain. */
function disc(soft: number, blue: readonly [number, number, number] = [40, 80, 190]): Sample {
  const random = new Random(5);
  const truth = new Uint8Array(SIZE * SIZE);
  const image = new Uint8ClampedArray(SIZE * SIZE * 4).fill(255);
  const colours = new Uint8ClampedArray(SIZE * SIZE * 4).fill(255);
  for (let i = 0; i < truth.length; i++) {
    const off = Math.hypot((i % SIZE) - 120, Math.floor(i / SIZE) - 120) - 70;
    truth[i] = Math.round(Math.min(Math.max(0.5 - off / soft, 0), 1) * 255);
    for (let c = 0; c < 3; c++) {
      const grain = random.normal();
      const orange = [230, 140, 40][c];
      image[i * 4 + c] = (orange * truth[i] + blue[c] * (255 - truth[i])) / 255 + grain;
      colours[i * 4 + c] = orange + grain;
    }
  }
  const size = { width: SIZE, height: SIZE };
  const alpha = { ...size, data: truth };
  const mask = lanczosGrey(lanczosGrey(alpha, 40, 40), SIZE, SIZE);
  return { image: { ...size, data: image }, truth: alpha, colours: { ...size, data: colours }, mask };
}

const copyOf = <T extends Mask | PixelImage>(of: T): T => ({ ...of, data: of.data.slice() });

function errorAfter(sample: Sample, work: (image: PixelImage, mask: Mask) => void): number {
  const mask = copyOf(sample.mask);
  work(copyOf(sample.image), mask);
  return meanAbsoluteError(mask, sample.truth);
}

describe('edges', () => {
  it.each([
    ['local colour models', (image: PixelImage, mask: Mask) => refineEdges(image, mask), 4],
    ['closed form', (image: PixelImage, mask: Mask) => inOneGo(closedFormEdges(image, mask)), 4],
    ['guided filter', (image: PixelImage, mask: Mask) => inOneGo(guidedFilter(image, mask)), 1],
  ] as const)('%s find the outline that the enlarged mask has lost', (_name, work, factor) => {
    const sample = disc(3);
    expect(errorAfter(sample, work)).toBeLessThan(meanAbsoluteError(sample.mask, sample.truth) / factor);
  });

  it('keep a soft edge soft', () => {
    const sample = disc(24);
    const mask = copyOf(sample.mask);
    refineEdges(sample.image, mask);
    const partly = (of: Mask) => of.data.filter((value) => value > 25 && value < 230).length;
    expect(partly(mask)).toBeGreaterThan(partly(sample.truth) * 0.8);
    // Less than one grey level on average.
    expect(meanAbsoluteError(mask, sample.truth)).toBeLessThan(1 / 255);
  });

  it('leave the mask to the network where colours tell nothing', () => {
    const sample = disc(3, [230, 140, 40]);
    const mask = copyOf(sample.mask);
    refineEdges(sample.image, mask);
    // Only what counts as certain anyway is rounded: below 0.05 and above 0.97.
    const most = mask.data.reduce(
      (worst, value, i) => Math.max(worst, Math.abs(value - sample.mask.data[i])),
      0,
    );
    expect(most).toBeLessThanOrEqual(13);
  });

  it('leave solid inside and empty outside clean', () => {
    const sample = disc(3);
    const mask = copyOf(sample.mask);
    refineEdges(sample.image, mask);
    expect(mask.data[120 * SIZE + 120]).toBe(255);
    expect(mask.data[2 * SIZE + 2]).toBe(0);
  });

  it.each([
    [1, 1],
    [1, 40],
    [3, 2],
    [41, 1],
  ])('accept an image of %i × %i', (width, height) => {
    const data = new Uint8ClampedArray(width * height * 4).fill(90);
    const mask = { width, height, data: new Uint8Array(width * height).map((_, i) => (i * 97) % 256) };
    for (const refinement of REFINEMENTS) inOneGo(refine({ width, height, data }, mask, refinement));
    expect(mask.data).toHaveLength(width * height);
  });

  it('leave the mask to the network where its features are no numbers', () => {
    const { image, mask } = disc(3);
    const channels = unpacked(LEARNED.offsets).length;
    const data = new Float32Array(channels * 40 * 40).fill(Number.NaN);
    const alpha = copyOf(mask);
    refineEdges(image, alpha, { width: 40, height: 40, channels, data });
    const most = alpha.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - mask.data[i])), 0);
    // Only what counts as certain anyway is rounded.
    expect(most).toBeLessThanOrEqual(13);
  });

  it('are the same on every run, byte by byte', () => {
    const { image, mask } = disc(3);
    const [first, second] = [0, 1].map(() => {
      const result = { image: copyOf(image), mask: copyOf(mask) };
      inOneGo(refine(result.image, result.mask, 'fast'));
      return result;
    });
    expect(second).toEqual(first);
  });

  it('of closed form are the same in pieces, and end soon after an abort that comes as a message', async () => {
    const { image, mask } = disc(24);
    const [whole, pieces, stopped] = [0, 1, 2].map(() => ({ image: copyOf(image), mask: copyOf(mask) }));
    inOneGo(refine(whole.image, whole.mask, 'closed-form'));
    await inPieces(refine(pieces.image, pieces.mask, 'closed-form'), new AbortController().signal);
    expect(pieces).toEqual(whole);

    const abort = new AbortController();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => abort.abort();
    port2.postMessage('stop');
    const work = inPieces(refine(stopped.image, stopped.mask, 'closed-form'), abort.signal);
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    port1.close();
    expect(stopped.mask).not.toEqual(whole.mask);
  });

  it('of `none` touch neither mask nor colours', () => {
    const { image, mask } = disc(3);
    const [pixels, alpha] = [copyOf(image), copyOf(mask)];
    inOneGo(refine(pixels, alpha, 'none'));
    expect({ pixels, alpha }).toEqual({ pixels: image, alpha: mask });
  });
});

describe('foreground colours', () => {
  it('lose the old background, so that the cutout fits on any colour', () => {
    const { image, truth, colours } = disc(24);
    const own = copyOf(image);
    estimateForeground(own, truth);
    const error = (of: PixelImage) =>
      compositingError({ alpha: truth, colours: of }, { alpha: truth, colours });
    expect(error(own)).toBeLessThan(error(image) / 4);
  });

  it('stay the photo’s own where alpha is 0 or 255', () => {
    const { image, truth } = disc(24);
    const own = copyOf(image);
    estimateForeground(own, truth);
    const changed = image.data.filter((value, at) => {
      const alpha = truth.data[at >> 2];
      return (alpha === 0 || alpha === 255) && value !== own.data[at];
    });
    expect(changed).toHaveLength(0);
  });
});

describe('trimap as rembg makes it', () => {
  const row = (values: readonly number[]): Mask => ({
    width: values.length,
    height: 1,
    data: Uint8Array.from(values),
  });

  it('erodes subject and background by a square; the subject also from the border', () => {
    const mask: Mask = {
      width: 30,
      height: 30,
      data: new Uint8Array(900).map((_, i) => (i % 30 < 20 ? 255 : 0)),
    };
    const trimap = makeTrimap(mask, TRIMAP_DEFAULTS);
    const line = [...trimap.subarray(15 * 30, 16 * 30)];
    // An even square reaches 5 to the left and 4 to the right.
    expect(line.indexOf(255)).toBe(5);
    expect(line.lastIndexOf(255)).toBe(15);
    expect(line.indexOf(0)).toBe(25);
    expect(line.slice(25)).toEqual([0, 0, 0, 0, 0]);
    expect(trimap[4 * 30 + 15]).toBe(UNKNOWN);
  });

  it('compares strictly: above af and below ab', () => {
    const options = { foregroundThreshold: 240, backgroundThreshold: 10, erodeSize: 1 };
    expect([...makeTrimap(row([241, 240, 10, 9]), options)]).toEqual([255, UNKNOWN, UNKNOWN, 0]);
  });
});

describe('cleaning', () => {
  it('post-processes to 0 and 255 and opens away what is thinner than three pixels', () => {
    const mask: Mask = { width: 16, height: 16, data: new Uint8Array(256) };
    for (let y = 4; y < 13; y++) for (let x = 4; x < 13; x++) mask.data[y * 16 + x] = 200;
    mask.data[16 * 1 + 14] = 255;
    postProcessMask(mask);
    expect(new Set(mask.data)).toEqual(new Set([0, 255]));
    expect(mask.data[16 * 8 + 8]).toBe(255);
    expect(mask.data[16 * 1 + 14]).toBe(0);
  });
});
