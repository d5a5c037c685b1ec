/**
 * Draws the still lifes: `node tests/support/artwork/draw.ts FOLDER [NAME…]` writes each as `NAME.jpg`, and as
 * `NAME-preview.webp` the same picture half cut out. static/samples holds two of them. It takes minutes.
 */
import { mkdir } from 'node:fs/promises';
import sharp from 'sharp';
import { type Picture, render } from './render.ts';
import { SCENES, type SceneName } from './scenes.ts';

const [WIDTH, HEIGHT] = [960, 720];
const PREVIEW = { width: 352, height: 264 };
/** Degrees by which the cut through a preview leans. */
const LEAN = 12;

const [folder = '.', ...asked] = process.argv.slice(2);
const names = (asked.length > 0 ? asked : Object.keys(SCENES)) as SceneName[];
await mkdir(folder, { recursive: true });
for (const name of names) {
  const picture = render(SCENES[name](), WIDTH, HEIGHT);
  await photo(picture).jpeg({ quality: 88, mozjpeg: true }).toFile(`${folder}/${name}.jpg`);
  await preview(picture).then((image) =>
    image.webp({ quality: 84, alphaQuality: 90 }).toFile(`${folder}/${name}-preview.webp`),
  );
}

function photo({ rgb, width, height }: Picture) {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** Left of the cut the photo as it is, right of it the subject alone. */
async function preview(picture: Picture) {
  const { width, height, alpha } = picture;
  const shift = (height / 2) * Math.tan((LEAN / 180) * Math.PI);
  const mask = alpha.map((value, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const beyond = x - width / 2 - shift * (1 - (2 * y) / height);
    return beyond < 0 ? 255 : value;
  });
  const cut = await photo(picture)
    .joinChannel(Buffer.from(mask), { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  return sharp(cut).resize(PREVIEW);
}
