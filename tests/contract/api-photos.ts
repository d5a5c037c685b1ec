/** Images for the API suite, drawn by code, so that a host anywhere can be given them as bytes. */
import sharp from 'sharp';
import { drawScene, type SceneName } from '../fixtures/draw/scenes.ts';

/** A file of a form, as `ApiHost.call` takes it. */
export interface FormFile {
  readonly field: string;
  readonly filename: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** A drawn scene as a JPEG in the field `images`. */
export async function photo(scene: SceneName = 'small', about: Partial<FormFile> = {}): Promise<FormFile> {
  const { image } = drawScene(scene);
  const { width, height, data } = image;
  const bytes = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality: 90 })
    .toBuffer();
  return { field: 'images', filename: `${scene}.jpg`, type: 'image/jpeg', bytes, ...about };
}

/** Calls itself a PNG and is none. */
export function brokenPhoto(): FormFile {
  const bytes = new TextEncoder().encode('this is no image');
  return { field: 'images', filename: 'broken.png', type: 'image/png', bytes };
}
