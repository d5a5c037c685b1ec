import type { MattingWarning } from '../errors.ts';
import { ascii, type Header, truncated } from './header.ts';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around a chunk's data. */
const CHUNK_OVERHEAD = 12;

export function readPng(bytes: Uint8Array, view: DataView): Header {
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const damaged = new Set<string>();
  let animated = false;
  let complete = false;
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD <= bytes.length && !complete;) {
    const length = view.getUint32(at);
    const type = ascii(bytes, at + 4, 4);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) break;
    if (crc32(bytes, at + 4, end) !== view.getUint32(end)) damaged.add(type);
    animated ||= type === 'acTL';
    complete = type === 'IEND';
    at = end + 4;
  }
  const warnings = damaged.size > 0 ? [wrongChecksum([...damaged])] : [];
  if (!complete) warnings.push(truncated('PNG'));
  return { width, height, animated, warnings };
}

function wrongChecksum(types: string[]): MattingWarning {
  const chunks = types.map((type) => type.replace(/[^A-Za-z]/g, '?')).join(', ');
  return {
    code: 'image_checksum',
    message: `The PNG file has wrong checksums (in ${chunks}); parts of the image may be damaged.`,
  };
}

/** The CRC of ISO 3309, reflected, as PNG uses it. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  for (let at = start; at < end; at++) crc = CRC_TABLE[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
