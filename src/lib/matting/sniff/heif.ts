import { ascii, type Header } from './header.ts';

/** Boxes on the way to an image's size: meta → iprp → ipco → ispe. `meta` has 4 bytes of version and flags first. */
const CONTAINERS = new Map([
  ['meta', 4],
  ['iprp', 0],
  ['ipco', 0],
]);

/** The brands of an ISO base media file, from its `ftyp` box. */
export function heifBrands(bytes: Uint8Array): string[] {
  const length = Math.min((bytes[2] << 8) | bytes[3], 256);
  const brands = [ascii(bytes, 8, 4)];
  for (let at = 16; at + 4 <= length; at += 4) brands.push(ascii(bytes, at, 4));
  return brands;
}

/** AVIF and HEIC. A photo made of tiles states each tile's size and its own: the largest one is the photo's. */
export function readHeif(bytes: Uint8Array, view: DataView): Header {
  const size = { width: 0, height: 0 };
  visit(bytes, view, 0, bytes.length, (width, height) => {
    if (width * height > size.width * size.height) Object.assign(size, { width, height });
  });
  if (size.width === 0) throw new RangeError('no ispe box');
  const animated = heifBrands(bytes).some(
    (brand) => brand === 'avis' || brand === 'msf1' || brand === 'hevc',
  );
  return { ...size, animated, warnings: [] };
}

function visit(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  end: number,
  found: (width: number, height: number) => void,
): void {
  for (let at = from; at + 8 <= end;) {
    const stated = view.getUint32(at);
    // 1: a 64-bit length follows the type. 0: to the end of the file.
    const length = stated === 1 ? Number(view.getBigUint64(at + 8)) : stated === 0 ? end - at : stated;
    const content = at + (stated === 1 ? 16 : 8);
    if (length < content - at) return;
    const type = ascii(bytes, at + 4, 4);
    const skip = CONTAINERS.get(type);
    if (type === 'ispe') found(view.getUint32(content + 4), view.getUint32(content + 8));
    if (skip !== undefined) visit(bytes, view, content + skip, Math.min(at + length, end), found);
    at += length;
  }
}
