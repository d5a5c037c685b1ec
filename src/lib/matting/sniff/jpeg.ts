import { type Header, truncated } from './header.ts';

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
/** Start-of-frame markers: C0 to CF but for DHT, JPG and DAC. */
const isFrame = (marker: number) => (marker & 0xf0) === 0xc0 && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Markers without a length: TEM, RST0 to RST7, SOI, EOI. */
const isBare = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9);

export function readJpeg(bytes: Uint8Array, view: DataView): Header {
  let size: { width: number; height: number } | undefined;
  let at = 2;
  for (;;) {
    // Stray bytes between segments and fill bytes before a marker are both legal enough to be common.
    while (view.getUint8(at) !== 0xff || view.getUint8(at + 1) === 0xff || bytes[at + 1] === 0) at++;
    const marker = bytes[at + 1];
    at += 2;
    if (marker === START_OF_SCAN && size) break;
    if (isBare(marker)) continue;
    if (isFrame(marker)) size = { height: view.getUint16(at + 3), width: view.getUint16(at + 5) };
    at += view.getUint16(at);
  }
  return { ...size, animated: false, warnings: hasEnd(bytes, at) ? [] : [truncated('JPEG')] };
}

/** Inside scan data FF is always followed by 00 or RST, so FF D9 after the first scan's start is the real end. */
function hasEnd(bytes: Uint8Array, scanStart: number): boolean {
  for (let at = bytes.length - 2; at >= scanStart; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === END_OF_IMAGE) return true;
  }
  return false;
}
