import { expose } from 'comlink';
import { MattingError, toMattingError } from '#matting/errors.ts';
import { DEFAULT_LIMITS } from '#matting/pipeline.ts';
import { sniff } from '#matting/sniff.ts';
import { DECODABLE } from '../images/decodable.ts';
import { openHeic } from '../images/heic.ts';
import { carryErrorsWhole } from '../matting-worker/transfer.ts';
import type { ThumbnailWorker } from './interface.ts';

/** Of WebP. Cutouts on a checkerboard show no difference above it. */
const QUALITY = 0.82;

const service: ThumbnailWorker = {
  async shrink(image, edge) {
    const bitmap = await open(image);
    const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
    return render(bitmap, scale, { type: 'image/webp', quality: QUALITY });
  },
  async toPng(image) {
    return render(await open(image), 1, { type: 'image/png' });
  },
};

async function open(image: Blob): Promise<ImageBitmap> {
  const bytes = new Uint8Array(await image.arrayBuffer());
  const { format } = sniff(bytes, { ...DEFAULT_LIMITS, decodable: DECODABLE });
  if (format === 'heic') return openHeic(bytes);
  return createImageBitmap(image).catch((cause: unknown) => {
    throw toMattingError(cause, 'image_undecodable', 'The image cannot be shown.');
  });
}

async function render(bitmap: ImageBitmap, scale: number, options: ImageEncodeOptions): Promise<Blob> {
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null)
    throw new MattingError('encode_failed', 'This browser has no memory left for a canvas.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await canvas.convertToBlob(options);
  // Gives the memory back now, not at the next garbage collection.
  canvas.width = canvas.height = 0;
  return blob;
}

carryErrorsWhole();
expose(service);
