/** Of each byte (ISO 3309, polynomial 0xEDB88320 reversed). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum of zip, read as it comes. */
export async function crc32(content: Blob): Promise<number> {
  let crc = 0xffffffff;
  for await (const part of content.stream()) {
    for (const byte of part) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
