import type { RasterFormat } from '#matting/sniff.ts';

/** True when the file cannot hold transparency, judged by its header; false when it can. */
export function isOpaque(bytes: Uint8Array, format: RasterFormat): boolean {
  switch (format) {
    case 'jpeg':
      return true;
    case 'png':
      return isOpaquePng(bytes);
    case 'webp':
      // Simple lossy files are `VP8 `; only `VP8L` and `VP8X` may carry alpha.
      return fourCharacters(bytes, 12) === 'VP8 ';
    case 'bmp':
    case 'gif':
    case 'heic':
      // Alpha is an image of its own, named so in the boxes at the front.
      return !String.fromCharCode(...bytes.subarray(0, 8192)).includes('urn:mpeg:hevc:2015:auxid:1');
    case 'avif':
    case 'tiff':
      return false;
    default:
      return format satisfies never;
  }
}

const GREY_ALPHA = 4;
const RGB_ALPHA = 6;

/** Neither an alpha channel nor a tRNS chunk, which has to come before the pixels. */
function isOpaquePng(bytes: Uint8Array): boolean {
  const colourType = bytes[25];
  if (colourType === GREY_ALPHA || colourType === RGB_ALPHA) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = fourCharacters(bytes, at + 4);
    if (type === 'tRNS') return false;
    if (type === 'IDAT') return true;
  }
  return false;
}

function fourCharacters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
