import sharp from 'sharp';
import type { PixelImage } from '#matting/image.ts';
import type { Matted } from './metrics/index.ts';

/** Longer side, pixels. */
const SIDE = 320;
const MAGENTA = [255, 0, 255] as const;

/** The cutout on magenta, small, as a data URL. */
export function onMagenta({ alpha, colours }: Matted): Promise<string> {
  const rgb = new Uint8Array(alpha.data.length * 3);
  for (let i = 0; i < alpha.data.length; i++) {
    const share = alpha.data[i] / 255;
    for (let c = 0; c < 3; c++) {
      rgb[i * 3 + c] = colours.data[i * 4 + c] * share + MAGENTA[c] * (1 - share);
    }
  }
  return dataUrl(rgb, alpha.width, alpha.height);
}

export function asPicture({ width, height, data }: PixelImage): Promise<string> {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * 4 + c];
  }
  return dataUrl(rgb, width, height);
}

async function dataUrl(rgb: Uint8Array, width: number, height: number): Promise<string> {
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(SIDE, SIDE, { fit: 'inside' })
    .jpeg({ quality: 82, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
