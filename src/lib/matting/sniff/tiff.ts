import type { Header } from './header.ts';

const WIDTH_TAG = 256;
const HEIGHT_TAG = 257;
const SHORT = 3;
const LONG = 4;

/** The first directory's size, of classic and of 64-bit TIFF. */
export function readTiff(_bytes: Uint8Array, view: DataView): Header {
  const little = view.getUint8(0) === 0x49;
  const big = view.getUint16(2, little) === 43;
  const offset = (at: number) => (big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const directory = offset(big ? 8 : 4);
  const count = big ? offset(directory) : view.getUint16(directory, little);
  const [countBytes, entryBytes, valueAt] = big ? [8, 20, 12] : [2, 12, 8];
  const size = { width: 0, height: 0 };
  for (let i = 0; i < count; i++) {
    const entry = directory + countBytes + i * entryBytes;
    const tag = view.getUint16(entry, little);
    if (tag > HEIGHT_TAG) break;
    if (tag !== WIDTH_TAG && tag !== HEIGHT_TAG) continue;
    const type = view.getUint16(entry + 2, little);
    const value =
      type === SHORT
        ? view.getUint16(entry + valueAt, little)
        : type === LONG
          ? view.getUint32(entry + valueAt, little)
          : offset(entry + valueAt);
    size[tag === WIDTH_TAG ? 'width' : 'height'] = value;
  }
  const next = offset(directory + countBytes + count * entryBytes);
  return { ...size, animated: next !== 0, warnings: [] };
}
