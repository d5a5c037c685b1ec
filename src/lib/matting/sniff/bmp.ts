import { type Header, truncated } from './header.ts';

const OS2_HEADER_BYTES = 12;

export function readBmp(bytes: Uint8Array, view: DataView): Header {
  const isOs2 = view.getUint32(14, true) === OS2_HEADER_BYTES;
  const width = isOs2 ? view.getUint16(18, true) : Math.abs(view.getInt32(18, true));
  // A negative height means rows from the top.
  const height = isOs2 ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  const warnings = view.getUint32(2, true) > bytes.length ? [truncated('BMP')] : [];
  return { width, height, animated: false, warnings };
}
