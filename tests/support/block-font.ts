/**
 * A font whose every letter is the same block, half an em wide: a page set in it looks the same on every machine,
 * whatever fonts that has. OpenType, as small as Chromium's sanitiser lets it be.
 */
const UNITS = 1000;
const ASCENT = 800;
const DESCENT = 200;
const ADVANCE = 500;

type Bytes = readonly number[];

const u16 = (...values: number[]): Bytes => values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]);
const u32 = (...values: number[]): Bytes =>
  values.flatMap((value) => [...u16(value >>> 16), ...u16(value & 0xffff)]);
const text = (value: string): Bytes => [...value].map((char) => char.charCodeAt(0));
const zeros = (count: number): Bytes => Array.from({ length: count }, () => 0);

/** Glyph 0 and 2 are empty (nothing, space), glyph 1 is the block. */
function block(): Bytes {
  const [left, bottom, right, top] = [40, 0, ADVANCE - 40, 600];
  return [
    ...u16(1, left, bottom, right, top, 3, 0),
    // Four points on the curve, whose coordinates are 16-bit differences.
    ...[1, 1, 1, 1],
    ...u16(left, 0, right - left, 0),
    ...u16(bottom, top - bottom, 0, bottom - top),
  ];
}

function tables(): Record<string, Bytes> {
  const glyph = block();
  const length = glyph.length + (glyph.length % 2);
  const groups = [
    [0x20, 0x20, 2],
    [0x21, 0x10ffff, 1],
  ] as const;
  const subtable = [
    ...u16(13, 0),
    ...u32(16 + 12 * groups.length, 0, groups.length),
    ...groups.flatMap((group) => u32(...group)),
  ];
  return {
    'OS/2': [
      ...u16(4, ADVANCE, 400, 5, 0),
      ...u16(650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0),
      ...zeros(10),
      ...u32(0, 0, 0, 0),
      ...text('NONE'),
      ...u16(0x40, 0x20, 0xffff, ASCENT, 0x10000 - DESCENT, 0, ASCENT, DESCENT),
      ...u32(1, 0),
      ...u16(500, 600, 0, 0x20, 1),
    ],
    cmap: [...u16(0, 1, 3, 10), ...u32(12), ...subtable],
    glyf: [...glyph, ...zeros(length - glyph.length)],
    head: [
      ...u32(0x10000, 0x10000, 0, 0x5f0f3cf5),
      ...u16(3, UNITS),
      ...zeros(16),
      ...u16(0, 0, ADVANCE, 600, 0, 8, 2, 0, 0),
    ],
    hhea: [
      ...u32(0x10000),
      ...u16(ASCENT, 0x10000 - DESCENT, 0, ADVANCE, 0, 0, ADVANCE, 1, 0, 0),
      ...zeros(8),
      ...u16(0, 3),
    ],
    hmtx: u16(ADVANCE, 0, ADVANCE, 40, ADVANCE / 2, 0),
    loca: u16(0, 0, length / 2, length / 2),
    maxp: [...u32(0x10000), ...u16(3, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)],
    name: [...u16(0, 1, 18, 3, 1, 0x409, 1, 12, 0), ...text('\0B\0l\0o\0c\0k\0s')],
    post: [...u32(0x30000), ...zeros(28)],
  };
}

/** The whole font file. */
export function blockFont(): Uint8Array {
  const all = Object.entries(tables()).sort(([a], [b]) => (a < b ? -1 : 1));
  const directory: number[] = [...u32(0x10000), ...u16(all.length, 128, 3, all.length * 16 - 128)];
  const bodies: number[] = [];
  for (const [tag, body] of all) {
    const padded = [...body, ...zeros((4 - (body.length % 4)) % 4)];
    directory.push(...text(tag), ...u32(checksum(padded), 12 + 16 * all.length + bodies.length, body.length));
    bodies.push(...padded);
  }
  return Uint8Array.from([...directory, ...bodies]);
}

function checksum(bytes: Bytes): number {
  const view = new DataView(Uint8Array.from(bytes).buffer);
  let sum = 0;
  for (let at = 0; at < view.byteLength; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}
