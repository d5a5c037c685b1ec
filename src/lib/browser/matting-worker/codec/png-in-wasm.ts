import { MIME_TYPES } from '#matting/codec.ts';
import type { PixelImage } from '#matting/image.ts';

/** PNG of straight RGBA by an encoder in WebAssembly: exact in every browser, and not bound to a canvas's limits. */
export async function encodePngInWasm(image: PixelImage): Promise<Blob> {
  const { default: encodePng } = await import('@jsquash/png/encode.js');
  const { width, height } = image;
  // It reads the whole buffer, whatever part of it the array is.
  const data = isWholeBuffer(image.data) ? ownArray(image) : image.data.slice();
  const bytes = await encodePng({ data, width, height, colorSpace: 'srgb' } as ImageData);
  return new Blob([bytes], { type: MIME_TYPES.png });
}

function isWholeBuffer(data: Uint8ClampedArray): boolean {
  return data.byteLength === data.buffer.byteLength;
}

/** Neither this encoder nor ImageData takes shared memory. */
export function ownArray({ data }: PixelImage): Uint8ClampedArray<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer ? (data as Uint8ClampedArray<ArrayBuffer>) : data.slice();
}
