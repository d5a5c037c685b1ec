import { downloadZip } from 'client-zip';
import { alphaToGrey } from './compose.ts';
import type { ImageCodec } from './codec.ts';
import type { PixelImage } from './image.ts';

/**
 * The image's colours as an opaque `color.jpg` and its alpha as a grey `alpha.png`, in one zip: smaller than a PNG
 * with both. `image` is spent.
 */
export async function encodeLayers(codec: ImageCodec, image: PixelImage, signal: AbortSignal): Promise<Blob> {
  const opaque = { ...image, data: image.data.slice() };
  for (let at = 3; at < opaque.data.length; at += 4) opaque.data[at] = 255;
  const colour = await codec.encode(opaque, { format: 'jpeg' }, signal);
  alphaToGrey(image);
  const alpha = await codec.encode(image, { format: 'png', grey: true }, signal);
  const zip = await downloadZip([
    { name: 'color.jpg', input: colour },
    { name: 'alpha.png', input: alpha },
  ]).arrayBuffer();
  return new Blob([zip], { type: 'application/zip' });
}
