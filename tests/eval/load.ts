import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { Mask, PixelImage } from '#matting/image.ts';
import type { Case, Truth } from './case.ts';
import { drawScene, HELD_OUT, SCENES } from './draw/scenes.ts';

export async function loadCase(item: Case): Promise<Truth> {
  if (item.kind === 'scene') {
    const { spec, image, truth, colours } = drawScene((item.heldOut ? HELD_OUT : SCENES)[item.index]);
    return { name: spec.name, tag: spec.tag, image, alpha: truth, colours };
  }
  const image = await readImage(item.image);
  return {
    name: item.name,
    tag: 'own',
    image,
    alpha: await readMask(item.mask, image),
    colours: undefined,
  };
}

/**
 * Pairs of files with the same name, whatever their endings.
 * @throws Error naming the folders when no pair is found
 */
export async function pairFiles(images: string, masks: string): Promise<Case[]> {
  const stem = (file: string) => path.parse(file).name;
  const maskOf = new Map((await readdir(masks)).map((file) => [stem(file), path.join(masks, file)]));
  const cases = (await readdir(images)).sort().flatMap((file): Case[] => {
    const mask = maskOf.get(stem(file));
    return mask ? [{ kind: 'files', name: stem(file), image: path.join(images, file), mask }] : [];
  });
  if (cases.length === 0) throw new Error(`No image in ${images} has a mask of the same name in ${masks}.`);
  return cases;
}

async function readImage(file: string): Promise<PixelImage> {
  const { data, info } = await sharp(file)
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
}

/** Grey levels, or the alpha channel of an image that is not opaque. */
async function readMask(file: string, { width, height }: PixelImage): Promise<Mask> {
  const source = sharp(file).autoOrient();
  const { hasAlpha } = await source.metadata();
  const channel = hasAlpha ? source.extractChannel('alpha') : source.toColourspace('b-w').extractChannel(0);
  const { data, info } = await channel.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height) {
    throw new Error(`${file} is ${info.width} × ${info.height} pixels, its image ${width} × ${height}.`);
  }
  return { width, height, data: new Uint8Array(data) };
}
