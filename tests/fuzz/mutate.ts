import type { Chance } from './random.ts';

/** Values at which lengths and counts go wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff] as const;
const MARKS = ['\r\n', '--', '\0', '"', ';', '\r\n\r\n', '%', '=', '\ud83d'] as const;

/** One to eight changes such as damage and malice make: flipped, cut, doubled, moved, or set to an edge. */
export function mutate(original: Uint8Array, chance: Chance): Buffer {
  let bytes = Buffer.from(original);
  for (let left = 1 + chance.below(8); left > 0; left -= 1) bytes = change(bytes, chance);
  return bytes;
}

function change(bytes: Buffer<ArrayBuffer>, chance: Chance): Buffer<ArrayBuffer> {
  const at = chance.below(bytes.length + 1);
  const length = chance.below(Math.min(64, bytes.length - at) + 1);
  const [before, piece, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + length),
    bytes.subarray(at + length),
  ];
  switch (chance.below(8)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << chance.below(8));
      return flipped;
    }
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, piece, piece, after]);
    case 3:
      return Buffer.from(before);
    case 4:
      return Buffer.concat([before, Buffer.from(chance.oneOf(MARKS)), after]);
    case 5:
      return Buffer.concat([after, before, piece]);
    case 6: {
      const noise = Buffer.from(Array.from({ length }, () => chance.below(256)));
      return Buffer.concat([before, noise, after]);
    }
    default: {
      const set = Buffer.from(bytes);
      const edge = chance.oneOf(EDGES);
      if (at + 4 <= set.length) {
        if (chance.next() < 0.5) set.writeUInt32BE(edge, at);
        else set.writeUInt32LE(edge, at);
      }
      return set;
    }
  }
}
