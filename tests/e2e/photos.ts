/** Real photos for the journeys: those beside the project where there are any, else scenes that it draws itself. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { drawScene, SCENE_NAMES } from '../fixtures/draw/scenes.ts';
import { fromRoot } from '../support/run-script.ts';

export interface Photo {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

const SHARED = fromRoot('../shared/fixtures');

/** @param count at least 1; photos repeat under new names when there are not enough. */
export async function photos(count: number): Promise<Photo[]> {
  const some = existsSync(SHARED) ? await sharedPhotos() : await drawnPhotos();
  return Array.from({ length: count }, (_, index) => {
    const photo = some[index % some.length];
    if (photo === undefined) throw new Error('There are no photos at all.');
    return { ...photo, name: index < some.length ? photo.name : `${String(index)}-${photo.name}` };
  });
}

/** Re-encodes a photo at another size, as a camera would have taken it. */
export async function enlarged(photo: Photo, width: number, height: number): Promise<Photo> {
  const bytes = await sharp(photo.bytes)
    .resize(width, height, { fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer();
  return { name: `large-${photo.name}`, type: 'image/jpeg', bytes: Buffer.from(bytes) };
}

async function sharedPhotos(): Promise<Photo[]> {
  const names = (await readdir(SHARED)).filter((name) => name.endsWith('.jpg')).sort();
  return Promise.all(
    names.map(async (name) => ({
      name,
      type: 'image/jpeg',
      bytes: Buffer.from(await readFile(path.join(SHARED, name))),
    })),
  );
}

async function drawnPhotos(): Promise<Photo[]> {
  const scenes = SCENE_NAMES.map((name) => drawScene(name)).filter(
    ({ image }) => image.width > 300 && image.height > 300,
  );
  return Promise.all(
    scenes.map(async ({ name, image: { data, width, height } }) => ({
      name: `${name}.jpg`,
      type: 'image/jpeg',
      bytes: Buffer.from(
        await sharp(data, { raw: { width, height, channels: 4 } })
          .removeAlpha()
          .jpeg({ quality: 92 })
          .toBuffer(),
      ),
    })),
  );
}
