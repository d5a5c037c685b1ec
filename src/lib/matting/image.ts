/**
 * Decoded pixels: straight (never premultiplied) RGBA in sRGB, 8 bit a channel, rows top-down without padding.
 * `data` may be a view into a larger buffer; respect its byteOffset and length.
 */
export interface PixelImage<Buffer extends ArrayBufferLike = ArrayBufferLike> {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<Buffer>;
}

/** Interleaved RGB, 3 bytes a pixel: what models see, alpha left out. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One byte a pixel: 0 is background, 255 is subject. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A rectangle in whole pixels, inside its image. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Straight RGBA, each 0 to 255. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/**
 * Gives the memory of bytes that nobody needs any more back now, not at some garbage collection: engines count the
 * megabytes behind arrays too low to hurry. Does nothing to a part of a larger buffer.
 */
export function discard({ buffer, byteLength }: ArrayBufferView): void {
  const isWhole = byteLength > 0 && buffer.byteLength === byteLength;
  if (isWhole && buffer instanceof ArrayBuffer && 'transfer' in buffer) buffer.transfer(0);
}
