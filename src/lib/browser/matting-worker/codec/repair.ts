import type { RasterFormat } from '#matting/sniff.ts';
import { rebuildPng } from './rebuild-png.ts';

/**
 * A damaged file as one that browsers accept, which otherwise refuse the whole image. `undefined` when nothing can be
 * done. What is missing becomes whatever the decoder fills in.
 */
export function repair(bytes: Uint8Array, format: RasterFormat): Uint8Array<ArrayBuffer> | undefined {
  switch (format) {
    case 'jpeg':
      return withEndOfImage(bytes);
    case 'png':
      return rebuildPng(bytes);
    case 'webp':
    case 'gif':
    case 'bmp':
    case 'avif':
    case 'tiff':
    case 'heic':
      return undefined;
    default:
      return format satisfies never;
  }
}

/** A decoder that finds the end marker takes the rows before it, and fills up the rest. */
function withEndOfImage(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const ended = new Uint8Array(bytes.length + 2);
  ended.set(bytes);
  ended.set([0xff, 0xd9], bytes.length);
  return ended;
}
