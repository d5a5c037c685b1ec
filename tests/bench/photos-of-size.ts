import sharp from 'sharp';
import { photo, type FormFile } from '../contract/api-photos.ts';
import { photos } from '../server/client.ts';

export const FORMATS = ['jpeg', 'png'] as const;
export type Format = (typeof FORMATS)[number];

/** `count` files: the photographs there are, else drawn scenes, each at so many megapixels of 4 to 3. */
export async function photosOfSize(count: number, megapixels: number, format: Format): Promise<FormFile[]> {
  const height = Math.round(Math.sqrt((megapixels * 1_000_000 * 3) / 4));
  const width = Math.round((height * 4) / 3);
  const found = await photos();
  const sources = found.length > 0 ? found : [await photo()];
  // A file of 48 megapixels is large, and one is as good as another.
  const some = await Promise.all(
    sources.slice(0, megapixels > 12 ? 1 : count).map(async (source) => {
      const image = sharp(source.bytes).resize(width, height, { fit: 'fill' });
      const bytes = await (format === 'jpeg' ? image.jpeg({ quality: 88 }) : image.png()).toBuffer();
      return { ...source, type: `image/${format}`, bytes };
    }),
  );
  return Array.from({ length: count }, (_, n) => {
    const one = some[n % some.length];
    if (one === undefined) throw new Error('There are no photos at all.');
    return { ...one, filename: `${String(n)}.${format === 'jpeg' ? 'jpg' : 'png'}` };
  });
}
