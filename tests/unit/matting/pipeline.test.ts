import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CutoutOptions, DEFAULT_OPTIONS } from '#matting/options.ts';
import { createMatting, type Matting } from '#matting/pipeline.ts';
import { STAGES, type Stage } from '#matting/stages.ts';
import type { ModelSpec } from '#matting/model.ts';
import type { InferenceSession } from '#matting/runtime.ts';
import { createSharpCodec } from '../../../server/matting/codec.ts';
import { createOnnxRuntime } from '../../../server/matting/runtime.ts';
import { TINY_MODEL, tinyModelWeights } from '../../fixtures/tiny-model.ts';

const { signal } = new AbortController();
const runtime = createOnnxRuntime({ threads: 1 });
let session: InferenceSession;
let matting: Matting;

/** Blind to blue: a background that is blue and nothing else gets an alpha of exactly 0 and still has a colour. */
const model: ModelSpec = { ...TINY_MODEL, std: [1, 1, 1e9] };
/** A white disc of 40 pixels on the blue of 100 × 60. */
let photo: Blob;
const DISC_PIXELS = 40;

beforeAll(async () => {
  session = await runtime.load(model, tinyModelWeights(), signal);
  matting = createMatting({
    codec: createSharpCodec(),
    session,
    model,
    limits: { maxPixels: 1e5 },
  });
  photo = await blobOf(scene());
});
afterAll(() => session.dispose());

const BLUE = { create: { width: 100, height: 60, channels: 3, background: '#000020' } } as const;

function scene() {
  const disc = '<svg width="100" height="60"><circle cx="70" cy="40" r="20" fill="#fff"/></svg>';
  return sharp(BLUE)
    .composite([{ input: Buffer.from(disc) }])
    .png();
}

async function blobOf(image: Sharp): Promise<Blob> {
  return new Blob([new Uint8Array(await image.toBuffer())]);
}

async function cutout(options: Partial<CutoutOptions>, input = photo) {
  const result = await matting.matte(input, { ...DEFAULT_OPTIONS, ...options }, { signal });
  const image = sharp(await result.blob.arrayBuffer());
  const { data, info } = await image.clone().raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => {
    const at = (y * info.width + x) * info.channels;
    return [...data.subarray(at, at + info.channels)];
  };
  expect([info.width, info.height]).toEqual([result.width, result.height]);
  return { ...result, pixel, metadata: await image.metadata() };
}

describe('the result', () => {
  it('is a transparent PNG whose colours are the photo’s own, even where nothing shows', async () => {
    const { blob, pixel, width, height, warnings, metadata } = await cutout({});
    expect([blob.type, metadata.format, metadata.hasAlpha]).toEqual(['image/png', 'png', true]);
    expect([width, height, warnings]).toEqual([100, 60, []]);
    expect(pixel(70, 40)).toEqual([255, 255, 255, 255]);
    expect(pixel(5, 5)).toEqual([0, 0, 0x20, 0]);
  });

  it('as JPEG is laid on white', async () => {
    const { blob, pixel } = await cutout({ format: 'jpeg' });
    expect(blob.type).toBe('image/jpeg');
    expect(Math.min(...pixel(5, 5))).toBeGreaterThan(250);
  });

  it('lies on the colour that was asked for', async () => {
    const background = { kind: 'colour', rgba: [255, 0, 0, 255] } as const;
    expect((await cutout({ background })).pixel(5, 5)).toEqual([255, 0, 0, 255]);
    expect((await cutout({ background, format: 'jpeg' })).pixel(5, 5)[0]).toBeGreaterThan(245);
  });

  it('lies on its own blurred background, opaque', async () => {
    const { pixel } = await cutout({ background: { kind: 'blur' } });
    expect(pixel(5, 5)).toEqual([0, 0, 0x20, 255]);
    expect(pixel(70, 40)).toEqual([255, 255, 255, 255]);
    const [glow] = pixel(70, 17);
    expect(glow).toBeLessThan(10);
  });

  it('as a mask is a grey PNG of one channel', async () => {
    const { pixel, metadata } = await cutout({ output: 'mask' });
    expect(metadata.channels).toBe(1);
    expect([pixel(5, 5)[0], pixel(70, 40)[0]]).toEqual([0, 255]);
  });

  it.each(['cutout', 'mask'] as const)(
    'is cropped to the subject with a small margin: %s',
    async (output) => {
      const { width, height, pixel } = await cutout({ crop: true, output });
      for (const [side, room] of [
        [width, 10],
        [height, 10],
      ] as const) {
        expect(side).toBeGreaterThanOrEqual(DISC_PIXELS);
        expect(side).toBeLessThanOrEqual(DISC_PIXELS + room);
      }
      expect(pixel(width >> 1, height >> 1).at(-1)).toBe(255);
    },
  );

  it('lies on a picture of the user’s own', async () => {
    const image = await blobOf(
      sharp({ create: { width: 10, height: 10, channels: 3, background: '#0f0' } }).png(),
    );
    const { pixel } = await cutout({ background: { kind: 'image', image } });
    expect(pixel(5, 5)).toEqual([0, 255, 0, 255]);
    expect(pixel(70, 40)).toEqual([255, 255, 255, 255]);
    const broken = { kind: 'image', image: new Blob(['no picture']) } as const;
    await expect(cutout({ background: broken })).rejects.toThrow('The background image cannot be used.');
  });

  it('is scaled, placed and measured', async () => {
    const { subject, pixel, width, height } = await cutout({ scale: 1, maxPixels: 1500 });
    expect([width, height]).toEqual([50, 30]);
    expect(subject).toMatchObject({ left: 10, top: 0, height: 30 });
    expect(pixel(25, 15)).toEqual([255, 255, 255, 255]);
    expect(pixel(2, 15)[3]).toBe(0);
  });

  it('as layers is a zip of its colours and its alpha', async () => {
    const { blob } = await matting.matte(photo, { ...DEFAULT_OPTIONS, layers: true }, { signal });
    expect(blob.type).toBe('application/zip');
    const files = unzipSync(new Uint8Array(await blob.arrayBuffer()));
    const colour = await sharp(files['color.jpg']).metadata();
    const alpha = await sharp(files['alpha.png']).metadata();
    expect([colour.format, colour.width, alpha.channels, alpha.height]).toEqual(['jpeg', 100, 1, 60]);
  });

  it('ends at the region of interest', async () => {
    const px = (value: number) => ({ value, unit: 'px' }) as const;
    const roi = { left: px(0), top: px(0), right: px(70), bottom: px(60) };
    const { subject, pixel } = await cutout({ roi });
    expect(pixel(69, 40)[3]).toBe(255);
    expect(pixel(71, 40)[3]).toBe(0);
    expect((subject?.left ?? 0) + (subject?.width ?? 0)).toBe(70);
  });

  it('is whole, with a warning, when there is no subject to crop to', async () => {
    const { width, warnings } = await cutout({ crop: true }, await blobOf(sharp(BLUE).png()));
    expect(width).toBe(100);
    expect(warnings).toEqual([
      { code: 'subject_empty', message: 'No subject was found in this image, so it was not cropped.' },
    ]);
  });

  it('carries the warnings of decoding', async () => {
    const cut = photo.slice(0, photo.size - 12);
    expect((await cutout({}, cut)).warnings).toMatchObject([{ code: 'image_truncated' }]);
  });
});

/** A square of certain subject with a hole in it, and a faint speck far from it. */
function flawed(side: number) {
  const data = new Float32Array(side * side);
  const paint = (left: number, top: number, size: number, value: number) => {
    for (let y = top; y < top + size; y++) data.fill(value, y * side + left, y * side + left + size);
  };
  paint(20, 20, 80, 1);
  paint(60, 60, 6, 0);
  paint(160, 160, 4, 0.4);
  return { dims: [1, 1, side, side], data };
}

describe('flaws of the network’s mask', () => {
  const side = 200;
  const [hole, speck] = [63, 162];

  async function alphas(options: Partial<CutoutOptions>): Promise<{ hole: number; speck: number }> {
    const flat = { create: { width: side, height: side, channels: 3, background: '#808080' } } as const;
    const prepared = await matting.prepare(await blobOf(sharp(flat).png()), { signal });
    const wanted: CutoutOptions = { ...DEFAULT_OPTIONS, output: 'mask', ...options };
    const { blob } = await matting.finish(prepared, flawed(side), wanted, { signal });
    const data = await sharp(await blob.arrayBuffer())
      .extractChannel(0)
      .raw()
      .toBuffer();
    return { hole: data[hole * side + hole], speck: data[speck * side + speck] };
  }

  it('stay without refinement, as rembg has them', async () => {
    expect(await alphas({})).toEqual({ hole: 0, speck: 102 });
  });

  it('lose specks with it, and holes to those who ask for post-processing too', async () => {
    expect(await alphas({ refinement: 'fast' })).toEqual({ hole: 0, speck: 0 });
    expect(await alphas({ refinement: 'fast', postProcessMask: true })).toEqual({ hole: 255, speck: 0 });
    expect(await alphas({ postProcessMask: true })).toEqual({ hole: 0, speck: 0 });
  });
});

describe('on the way', () => {
  it('the stages are told in their order', async () => {
    const stages: Stage[] = [];
    await matting.matte(photo, DEFAULT_OPTIONS, { signal, onStage: (stage) => stages.push(stage) });
    expect(stages).toEqual(STAGES);
  });

  it.each(STAGES)('an abort during %s ends it before the next stage', async (last) => {
    const controller = new AbortController();
    const stages: Stage[] = [];
    const onStage = (stage: Stage) => {
      stages.push(stage);
      if (stage === last) controller.abort();
    };
    const result = matting.matte(photo, DEFAULT_OPTIONS, { signal: controller.signal, onStage });
    await expect(result).rejects.toMatchObject({ code: 'aborted', retryable: true });
    expect(stages.at(-1)).toBe(last);
  });

  it('a refused image is never decoded', async () => {
    const wide = await blobOf(
      sharp({ create: { width: 1000, height: 101, channels: 3, background: '#fff' } }).png(),
    );
    await expect(matting.matte(wide, DEFAULT_OPTIONS, { signal })).rejects.toMatchObject({
      code: 'image_too_large',
    });
  });
});

describe('the runtime', () => {
  it('says how many threads it has', () => {
    expect(runtime.name).toBe('cpu (1 thread)');
  });

  it('refuses what is no network, and an output that the network does not have', async () => {
    const nonsense = new TextEncoder().encode('no network');
    await expect(runtime.load(TINY_MODEL, nonsense, signal)).rejects.toMatchObject({ code: 'model_invalid' });
    const other = { ...TINY_MODEL, outputIndex: 1 };
    await expect(runtime.load(other, tinyModelWeights(), signal)).rejects.toThrow('names output 1');
  });

  it('turns a failed run into an error that names the model', async () => {
    const wrongShape = { data: new Float32Array(3), dims: [1, 3, 1, 1] };
    await expect(session.run(wrongShape, signal)).rejects.toMatchObject({
      code: 'runtime_failed',
      message: expect.stringContaining('The model tiny failed') as string,
    });
  });
});

it('the tiny network is what its entry says', () => {
  const weights = tinyModelWeights();
  expect(weights).toHaveLength(TINY_MODEL.bytes);
  expect(createHash('sha256').update(weights).digest('hex')).toBe(TINY_MODEL.sha256);
});
