/** Renders static/icons/icon.svg to the PNG files that platforms ask for: `node tests/support/artwork/icons.ts`. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const folder = fileURLToPath(new URL('../../../static/icons/', import.meta.url));
const svg = await readFile(`${folder}icon.svg`, 'utf8');

/** Square to its edges: platforms that mask an icon cut their own corners, and keep the middle 80 percent only. */
const bleeding = (scale: number) =>
  svg
    .replace(' rx="8"', '')
    .replace(
      '<g ',
      `<g transform="translate(${String(16 - 16 * scale)} ${String(16 - 16 * scale)}) scale(${String(scale)})" `,
    );

const files = [
  { name: 'icon-192', drawing: svg, size: 192 },
  { name: 'icon-512', drawing: svg, size: 512 },
  { name: 'maskable-512', drawing: bleeding(0.85), size: 512 },
  { name: 'apple-touch-icon', drawing: bleeding(0.95), size: 180 },
];

for (const { name, drawing, size } of files) {
  await sharp(Buffer.from(drawing), { density: (72 * size) / 32 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: true })
    .toFile(`${folder}${name}.png`);
}
