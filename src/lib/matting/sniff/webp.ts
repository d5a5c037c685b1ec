import { ascii, type Header, truncated } from './header.ts';

const ANIMATION_FLAG = 0x02;

export function readWebp(bytes: Uint8Array, view: DataView): Header {
  const warnings = view.getUint32(4, true) + 8 > bytes.length ? [truncated('WebP')] : [];
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (ascii(bytes, 12, 4)) {
    case 'VP8X': {
      const animated = (view.getUint8(20) & ANIMATION_FLAG) !== 0;
      return { width: uint24(24) + 1, height: uint24(27) + 1, animated, warnings };
    }
    case 'VP8L': {
      const packed = view.getUint32(21, true);
      return {
        width: (packed & 0x3fff) + 1,
        height: ((packed >>> 14) & 0x3fff) + 1,
        animated: false,
        warnings,
      };
    }
    default:
      // Lossy: 3 bytes of frame tag and 3 of start code, then 14 bits each below 2 bits of scaling.
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
        animated: false,
        warnings,
      };
  }
}
