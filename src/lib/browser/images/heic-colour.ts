/** The number of Display P3's primaries (ISO/IEC 23091-2). */
const P3_PRIMARIES = 12;
/** X of the red primary of Display P3 in an ICC profile (D50); sRGB has 0.436, Adobe RGB 0.610. */
const P3_RED_X = 0.515;

/**
 * Whether a HEIC file's colours are Display P3, as iPhones write them, going by its first colour box: a number, or an
 * ICC profile. libheif hands out the values as they are stored; taken for sRGB, such a photo would look pale.
 */
export function isDisplayP3(bytes: Uint8Array): boolean {
  // Boxes stand at the front; pixels follow.
  const start = String.fromCharCode(...bytes.subarray(0, 8192));
  const at = start.indexOf('colr');
  if (at < 0) return false;
  if (start.startsWith('nclx', at + 4)) return bytes[at + 9] === P3_PRIMARIES;
  const redX = redXOf(bytes.subarray(at + 8));
  return redX !== undefined && Math.abs(redX - P3_RED_X) < 0.01;
}

/** X of the tag `rXYZ` of an ICC profile: fixed point, 16 bits behind it (ICC.1, 10.31). */
function redXOf(profile: Uint8Array): number | undefined {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  try {
    for (let tag = 132; tag < 132 + 12 * view.getUint32(128); tag += 12) {
      if (view.getUint32(tag) === 0x7258595a) return view.getInt32(view.getUint32(tag + 4) + 8) / 65536;
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  return undefined;
}
