/** Scenes to learn from: the evaluation's subjects and backdrops, never its seeds, in other pairs, sizes and crops. */
import sharp from 'sharp';
import type { Mask, PixelImage } from '#matting/image.ts';
import { Random } from '../draw/random.ts';
import { drawScene, SCENES, type SceneSpec } from '../draw/scenes.ts';

/** Whole areas of a veil or of glass let light through: only the mask knows, so colours learn nothing there. */
const SEE_THROUGH = /bottle|wineglass|veil/;
const SUBJECTS = [...new Set(SCENES.map(({ subject }) => subject))].filter((name) => !SEE_THROUGH.test(name));
const BACKDROPS = [...new Set(SCENES.map(({ backdrop }) => backdrop))];
export const SIZES = [
  [640, 640],
  [576, 768],
  [800, 600],
  [900, 700],
  [1024, 768],
] as const;

export interface Lesson {
  readonly image: PixelImage;
  readonly truth: Mask;
  readonly random: Random;
}

export async function drawLesson(index: number): Promise<Lesson> {
  const random = new Random(777_000 + index * 101);
  const scene = drawScene(specOf(index, random));
  const cropped = random.next() < 0.5 ? crop(scene.image, scene.truth, random) : scene;
  const image = random.next() < 0.6 ? await asJpeg(cropped.image, random.whole(70, 95)) : cropped.image;
  return { image, truth: cropped.truth, random };
}

function specOf(index: number, random: Random): SceneSpec {
  const round = Math.floor(index / SUBJECTS.length);
  return {
    name: `lesson ${index}`,
    tag: 'solid',
    seed: 900_000 + index * 53,
    subject: SUBJECTS[index % SUBJECTS.length],
    backdrop: BACKDROPS[(index * 7 + round) % BACKDROPS.length],
    size: random.pick(SIZES),
    noise: random.between(1, 6),
    soft: random.between(1, 3),
    lens: random.next() < 0.7 ? 1 : 2,
    ...(random.next() < 0.25 && { blend: random.between(0.2, 0.65) }),
    ...(random.next() < 0.1 && { motion: [random.between(8, 28), random.between(0, Math.PI)] as const }),
  };
}

function crop(image: PixelImage, truth: Mask, random: Random): Pick<Lesson, 'image' | 'truth'> {
  const width = Math.round(image.width * random.between(0.55, 0.95));
  const height = Math.round(image.height * random.between(0.55, 0.95));
  const left = Math.floor(random.between(0, image.width - width));
  const top = Math.floor(random.between(0, image.height - height));
  const rows = <T extends Uint8Array | Uint8ClampedArray>(from: T, to: T, channels: number): T => {
    for (let y = 0; y < height; y++) {
      const start = ((top + y) * image.width + left) * channels;
      to.set(from.subarray(start, start + width * channels), y * width * channels);
    }
    return to;
  };
  return {
    image: { width, height, data: rows(image.data, new Uint8ClampedArray(width * height * 4), 4) },
    truth: { width, height, data: rows(truth.data, new Uint8Array(width * height), 1) },
  };
}

export async function asJpeg({ width, height, data }: PixelImage, quality: number): Promise<PixelImage> {
  const raw = { width, height, channels: 4 } as const;
  const jpeg = await sharp(data, { raw }).removeAlpha().jpeg({ quality }).toBuffer();
  return { width, height, data: new Uint8ClampedArray(await sharp(jpeg).ensureAlpha().raw().toBuffer()) };
}
