/** Real image files for tests, made by an encoder and then damaged by hand where a test needs that. */
import sharp, { type Sharp } from 'sharp';

const LEVELS = { width: 48, height: 32 };

/** 48 × 32 pixels whose four quarters differ: red, green, blue and white. */
export function quarters() {
  const { width, height } = LEVELS;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(quarterColour(x / width, y / height), (y * width + x) * 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The colour at relative coordinates of 0 to 1. */
export function quarterColour(x: number, y: number): [number, number, number] {
  if (y < 0.5) return x < 0.5 ? [255, 0, 0] : [0, 255, 0];
  return x < 0.5 ? [0, 0, 255] : [255, 255, 255];
}

export async function bytesOf(image: Sharp): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await image.toBuffer());
}

/** A PNG that states its size and holds nothing: what a decompression bomb looks like to whoever reads headers. */
export function pngHeader(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 13);
  bytes.set(new TextEncoder().encode('IHDR'), 12);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes.set([8, 6], 24);
  return bytes;
}

/** Flips one bit of the checksum of the first chunk of `type`. */
export function withWrongChecksum(png: Uint8Array<ArrayBuffer>, type: string): Uint8Array<ArrayBuffer> {
  const damaged = png.slice();
  const at = Buffer.from(damaged.buffer).indexOf(type, 0, 'latin1');
  const length = new DataView(damaged.buffer).getUint32(at - 4);
  damaged[at + 4 + length] ^= 1;
  return damaged;
}

export const SVG =
  '<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
