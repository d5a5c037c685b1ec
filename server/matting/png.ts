/**
 * PNG of straight RGBA (https://www.w3.org/TR/png-3/) by zlib on libuv's threads. Of a megapixel it takes 36 ms and
 * 1.2 MB; sharp, which has either no filter or tries all five on every row, takes 28 ms for 2.1 MB (level 1), 46 ms for
 * 1.7 MB (level 2), or 66 ms for 1.1 MB (level 2 with filters).
 */
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { discard, type PixelImage } from '#matting/image.ts';
import { layOutDesk } from '#matting/simd/kernels.ts';

/** The next level takes a sixth longer for 2 % less. */
export const PNG_LEVEL = 1;
/** Before compression. Bounds the memory; each strip waits for the event loop, which a run of the network holds up. */
const STRIP_BYTES = 16 * 1024 * 1024;
/** Filtered at a time: well within a core's second-level cache. */
const DESK_BYTES = 128 * 1024;

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const EIGHT_BITS = 8;
const RGB_WITH_ALPHA = 6;
/** RFC 1950: deflate with a window of 32 KB, the fastest level. */
const ZLIB_HEADER = Uint8Array.of(0x78, 0x01);

const deflate = promisify<Uint8Array, object, Buffer>(deflateRaw);

/**
 * Parts of a file, to be joined; `undefined` where rows are too long, or the kernels are missing.
 * @throws RangeError when the image has another number of pixels
 */
export async function encodePng(image: PixelImage): Promise<Uint8Array[] | undefined> {
  const { width, height, data } = image;
  if (data.length !== width * height * 4) throw new RangeError(`${data.length} bytes are no such image.`);
  const stripRows = Math.max(1, Math.trunc(STRIP_BYTES / (width * 4 + 1)));
  const parts = [SIGNATURE, ...chunk('IHDR', [header(width, height)])];
  let adler = 1;
  for (let top = 0; top < height; top += stripRows) {
    const bottom = Math.min(top + stripRows, height);
    const filtered = filterRows(image, top, bottom, adler);
    if (filtered === undefined) return undefined;
    adler = filtered.adler;
    const last = bottom === height;
    const compressed = await compress(filtered.bytes, last);
    discard(filtered.bytes);
    parts.push(
      ...chunk('IDAT', [...(top === 0 ? [ZLIB_HEADER] : []), compressed, ...(last ? [word(adler)] : [])]),
    );
  }
  return [...parts, ...chunk('IEND', [])];
}

/** A strip of a stream: byte-aligned at its end, so that the next one can follow. */
function compress(bytes: Uint8Array, last: boolean): Promise<Buffer> {
  return deflate(bytes, {
    level: PNG_LEVEL,
    memLevel: constants.Z_MAX_MEMLEVEL,
    finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    // All of it in one go: each further piece would wait for the event loop.
    chunkSize: bytes.length + (bytes.length >> 8) + 1024,
  });
}

/** Rows `top` to `bottom`, each less the one above it, and the checksum of all so far. */
function filterRows(
  { width, data }: PixelImage,
  top: number,
  bottom: number,
  adler: number,
): { bytes: Uint8Array; adler: number } | undefined {
  const rowBytes = width * 4;
  const deskRows = Math.max(1, Math.trunc(DESK_BYTES / rowBytes));
  const bytes = new Uint8Array((bottom - top) * (rowBytes + 1));
  let sum = adler;
  for (let row = top; row < bottom; row += deskRows) {
    const rows = Math.min(deskRows, bottom - row);
    const desk = layOutDesk((rows + 1) * rowBytes, rows * (rowBytes + 1));
    if (desk === undefined) return undefined;
    const [source, target] = desk.at;
    // Above the first row there is one of zeros.
    if (row === 0) desk.bytes.fill(0, source, source + rowBytes);
    const from = Math.max(row - 1, 0) * rowBytes;
    desk.bytes.set(data.subarray(from, (row + rows) * rowBytes), row === 0 ? source + rowBytes : source);
    const length = rows * (rowBytes + 1);
    desk.kernels.filterUp(source + rowBytes, target, rowBytes, rows);
    sum = desk.kernels.adler32(sum, target, length);
    bytes.set(desk.bytes.subarray(target, target + length), (row - top) * (rowBytes + 1));
  }
  return { bytes, adler: sum };
}

function header(width: number, height: number): Uint8Array {
  return Uint8Array.of(...word(width), ...word(height), EIGHT_BITS, RGB_WITH_ALPHA, 0, 0, 0);
}

function chunk(type: string, parts: readonly Uint8Array[]): Uint8Array[] {
  const name = Buffer.from(type, 'latin1');
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const checksum = [name, ...parts].reduce((sum, part) => crc32(part, sum), 0);
  return [word(length), name, ...parts, word(checksum)];
}

/** 32 bits, big-endian. */
function word(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
