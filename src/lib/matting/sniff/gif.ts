import { type Header, truncated } from './header.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

const colourTableBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

export function readGif(bytes: Uint8Array, view: DataView): Header {
  const width = view.getUint16(6, true);
  const height = view.getUint16(8, true);
  const { frames, complete } = walk(bytes, 13 + colourTableBytes(view.getUint8(10)));
  return { width, height, animated: frames > 1, warnings: complete ? [] : [truncated('GIF')] };
}

/** Counts frames up to the second, which is enough to know. */
function walk(bytes: Uint8Array, start: number): { frames: number; complete: boolean } {
  let at = start;
  let frames = 0;
  while (at < bytes.length && frames < 2) {
    const block = bytes[at];
    if (block === TRAILER) return { frames, complete: true };
    if (block === EXTENSION) at += 2;
    else if (block === IMAGE) {
      frames++;
      at += 11 + colourTableBytes(bytes[at + 9] ?? 0);
    } else return { frames, complete: false };
    while (at < bytes.length && bytes[at] !== 0) at += bytes[at] + 1;
    at++;
  }
  return { frames, complete: frames > 1 };
}
