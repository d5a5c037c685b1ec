/**
 * What the mixture learns from: drawn scenes, and drawn subjects, cut-outs of photos and painted portraits before photos.
 * Each is made from its index alone, and from the files in the folders.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { Mask, PixelImage } from '#matting/image.ts';
import { Random } from '../../draw/random.ts';
import { drawScene, SCENES } from '../../draw/scenes.ts';
import { asJpeg, drawLesson, type Lesson, SIZES } from '../scenes.ts';

export const KINDS = [
  'drawn',
  'drawn before photos',
  'cut-outs before photos',
  'portraits before photos',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Material {
  /** Files of photos without a subject. */
  readonly photos: readonly string[];
  /** Files of photographed subjects with alpha. */
  readonly cutouts: readonly string[];
  /** Files of people with alpha, down to the waist or the knees. */
  readonly portraits: readonly string[];
}

/** Drawn subjects are in the judge's lessons as well, which begin at 0. */
const AFTER_THE_JUDGES = 600;
const SUBJECTS = [...new Set(SCENES.map(({ subject }) => subject))];

/** Files of Tux Paint's stamps that are no photos. */
const DRAWN = /cartoon|toys|plastic|symbols|clipart/;

export async function findMaterial(photos: string, cutouts: string, portraits: string): Promise<Material> {
  const isPhoto = (file: string) => /\.(jpe?g|png|webp)$/.test(file) && !/screenshot/i.test(file);
  const isCutout = (file: string) => file.endsWith('.png') && !DRAWN.test(file);
  return {
    photos: (await filesIn(photos)).filter(isPhoto),
    cutouts: (await filesIn(cutouts)).filter(isCutout),
    portraits: (await filesIn(portraits)).filter((file) => /portraits.*[.]png$/.test(file)),
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .sort();
}

export async function makeLesson(kind: Kind, index: number, material: Material): Promise<Lesson> {
  if (kind === 'drawn') return drawLesson(index + AFTER_THE_JUDGES);
  const random = new Random(555_000 + index * 77);
  const { image, truth } = await MAKE[kind](index, material, random);
  const seen = random.next() < 0.6 ? await asJpeg(image, random.whole(70, 95)) : image;
  return { image: seen, truth, random };
}

const MAKE = {
  'drawn before photos': drawnBeforePhoto,
  'cut-outs before photos': cutoutBeforePhoto,
  'portraits before photos': portraitBeforePhoto,
} as const satisfies Record<Exclude<Kind, 'drawn'>, unknown>;

interface Picture {
  readonly image: PixelImage;
  readonly truth: Mask;
}

async function drawnBeforePhoto(index: number, { photos }: Material, random: Random): Promise<Picture> {
  const { image, truth, colours } = drawScene({
    name: `lesson ${String(index)}`,
    tag: 'solid',
    seed: 1_700_000 + index * 53,
    subject: SUBJECTS[(index * 11 + 3) % SUBJECTS.length],
    backdrop: SCENES[0].backdrop,
    size: random.pick(SIZES.slice(0, 4)),
    noise: random.between(1, 5),
    soft: random.between(1, 3),
    lens: random.next() < 0.7 ? 1 : 2,
  });
  const photo = await photoOf(image, photos, random);
  const picture = { image: photo, truth: { ...truth, data: new Uint8Array(truth.data.length) } };
  paste({ ...colours, alpha: truth.data }, picture, { left: 0, top: 0 });
  return picture;
}

async function cutoutBeforePhoto(index: number, material: Material, random: Random): Promise<Picture> {
  const [width, height] = random.pick(SIZES);
  const image = await photoOf({ width, height }, material.photos, random);
  const truth = { width, height, data: new Uint8Array(width * height) };
  const count = random.next() < 0.2 ? 2 : 1;
  for (let n = 0; n < count; n++) {
    const file = n === 0 ? material.cutouts[index % material.cutouts.length] : random.pick(material.cutouts);
    const share = random.between(0.45, 0.9) * (count === 2 ? 0.6 : 1);
    const cutout = await readCutout(file, { width: width * share, height: height * share }, random);
    const left = Math.floor(random.between(0, width - cutout.width));
    const top = Math.floor(random.between(0, height - cutout.height));
    paste(cutout, { image, truth }, { left, top });
  }
  return { image, truth };
}

/** Cut off by the lower edge, as people in photos are. */
async function portraitBeforePhoto(index: number, material: Material, random: Random): Promise<Picture> {
  const [width, height] = random.pick(SIZES);
  const image = await photoOf({ width, height }, material.photos, random);
  const truth = { width, height, data: new Uint8Array(width * height) };
  const share = random.between(0.6, 1);
  const file = material.portraits[index % material.portraits.length];
  const portrait = await readCutout(file, { width: width * share, height: height * share }, random);
  const corner = {
    left: Math.floor(random.between(0, width - portrait.width)),
    top: height - portrait.height,
  };
  paste(portrait, { image, truth }, corner);
  return { image, truth };
}

type Size = Pick<Mask, 'width' | 'height'>;

/** A part of a photo, out of focus half of the time. */
async function photoOf(
  { width, height }: Size,
  photos: readonly string[],
  random: Random,
): Promise<PixelImage> {
  const photo = sharp(random.pick(photos));
  const whole = await photo.metadata();
  const scale = Math.max(width / whole.width, height / whole.height);
  const partWidth = Math.max(1, Math.round((width / scale) * random.between(0.3, 1)));
  const partHeight = Math.min(whole.height, Math.max(1, Math.round((partWidth * height) / width)));
  const data = await photo
    .extract({
      left: Math.floor(random.between(0, whole.width - partWidth)),
      top: Math.floor(random.between(0, whole.height - partHeight)),
      width: partWidth,
      height: partHeight,
    })
    .resize(width, height, { fit: 'fill' })
    .blur(random.next() < 0.5 ? random.between(0.5, 4) : 0.3)
    .removeAlpha()
    .ensureAlpha()
    .raw()
    .toBuffer();
  return { width, height, data: new Uint8ClampedArray(data) };
}

interface Cutout extends PixelImage {
  readonly alpha: Uint8Array;
}

async function readCutout(file: string, room: Size, random: Random): Promise<Cutout> {
  const whole = await sharp(file).metadata();
  const scale = Math.min(room.width / whole.width, room.height / whole.height);
  const [width, height] = [whole.width, whole.height].map((side) => Math.max(8, Math.round(side * scale)));
  const data = await sharp(file)
    .ensureAlpha()
    .resize(width, height, { fit: 'fill' })
    .flop(random.next() < 0.5)
    .raw()
    .toBuffer();
  const alpha = Uint8Array.from({ length: width * height }, (_, pixel) => data[pixel * 4 + 3]);
  return { width, height, data: new Uint8ClampedArray(data), alpha };
}

interface Corner {
  readonly left: number;
  readonly top: number;
}

function paste(cutout: Cutout, { image, truth }: Picture, { left, top }: Corner): void {
  for (let y = 0; y < cutout.height; y++) {
    for (let x = 0; x < cutout.width; x++) {
      const from = y * cutout.width + x;
      const to = (top + y) * image.width + left + x;
      const alpha = cutout.alpha[from] / 255;
      for (let c = 0; c < 3; c++) {
        image.data[to * 4 + c] = cutout.data[from * 4 + c] * alpha + image.data[to * 4 + c] * (1 - alpha);
      }
      truth.data[to] = Math.round(cutout.alpha[from] + truth.data[to] * (1 - alpha));
    }
  }
}
