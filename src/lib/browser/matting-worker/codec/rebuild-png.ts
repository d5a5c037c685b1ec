import { Unzlib, zlibSync } from 'fflate';
import { concatenate } from '#matting/concatenate.ts';

/** https://www.w3.org/TR/png-3/ */
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Besides the pixels: what changes how they look, and animation chunks do not. */
const KEPT = ['PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'sBIT', 'bKGD', 'pHYs', 'eXIf'];

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/**
 * A PNG with the same pixels as far as they can be read, whole and with right checksums: rows that are missing are
 * zero. `undefined` when its header cannot be read.
 */
export function rebuildPng(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const chunks = readChunks(bytes);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header?.length !== 13) return undefined;
  const rows = inflateWhatThereIs(chunks.filter(({ type }) => type === 'IDAT'));
  if (rows.length === 0) return undefined;
  const whole = new Uint8Array(rawBytes(header));
  whole.set(rows.subarray(0, whole.length));
  const ancillary = chunks.filter(({ type }) => KEPT.includes(type));
  return concatenate([
    Uint8Array.from(SIGNATURE),
    ...[
      { type: 'IHDR', data: header },
      ...ancillary,
      { type: 'IDAT', data: zlibSync(whole, { level: 1 }) },
      { type: 'IEND', data: new Uint8Array(0) },
    ].map(writeChunk),
  ]);
}

/** The last one may be cut short; lengths are believed. */
function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + 8 < bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, data: bytes.subarray(at + 8, Math.min(at + 8 + length, bytes.length)) });
    at += length + 12;
  }
  return chunks;
}

/** All that comes out before the stream ends or breaks. */
function inflateWhatThereIs(parts: readonly Chunk[]): Uint8Array {
  const out: Uint8Array[] = [];
  const inflate = new Unzlib((chunk) => out.push(chunk));
  try {
    for (const { data } of parts) inflate.push(data);
  } catch {
    // The rest cannot be read; what came before can.
  }
  return concatenate(out);
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Origin and step of each of Adam7's passes: x, y, dx, dy. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Bytes of the image before compression: each row has a filter byte ahead of it. */
function rawBytes(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const bitsPerPixel = view.getUint8(8) * (CHANNELS[view.getUint8(9)] ?? 4);
  const interlaced = view.getUint8(12) === 1;
  const passes = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return passes.reduce((sum, [x, y, dx, dy]) => {
    const columns = Math.ceil((width - x) / dx);
    const rows = Math.ceil((height - y) / dy);
    return columns > 0 && rows > 0 ? sum + rows * (1 + Math.ceil((columns * bitsPerPixel) / 8)) : sum;
  }, 0);
}

function writeChunk({ type, data }: Chunk): Uint8Array {
  const chunk = new Uint8Array(data.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  view.setUint32(data.length + 8, crc32(chunk.subarray(4, data.length + 8)));
  return chunk;
}

/** ISO 3309, reflected. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
