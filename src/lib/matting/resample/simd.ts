/** Both passes over 16 bytes at a time, equal to the plain ones in every byte. */
import type { Mask, PixelImage } from '../image.ts';
import { layOutDesk, type Desk } from '../simd/kernels.ts';
import { usedRows, type Kernel } from './kernel.ts';

/** Of input or output that is on the desk at a time: well within a core's second-level cache. */
const STRIP_BYTES = 256 * 1024;

/** Of a weight, as in kernels.wat: `w = high * 2^15 + low`. */
const LOW_BITS = 15;
const LOW_MASK = (1 << LOW_BITS) - 1;

/** Weights of an output in groups of `lanes` inputs, the last filled up with zeros. */
interface Table {
  readonly groups: number;
  readonly words: Int16Array;
}

/** Each group: `width` high weights, then `width` low ones, and so on; `width` is that of one multiplication. */
function makeTable({ stride, count, weights }: Kernel, lanes: number, width: number): Table {
  const groups = Math.ceil(Math.max(...count) / lanes);
  const outputs = count.length;
  const words = new Int16Array(outputs * groups * lanes * 2);
  for (let output = 0; output < outputs; output++) {
    const start = output * groups * lanes * 2;
    for (let k = 0; k < count[output]; k++) {
      const weight = weights[output * stride + k];
      const at = start + Math.trunc(k / width) * width * 2 + (k % width);
      words[at] = weight >> LOW_BITS;
      words[at + width] = weight & LOW_MASK;
    }
  }
  return { groups, words };
}

function put(desk: Desk, place: number, numbers: Int16Array | Int32Array): void {
  const { buffer, byteOffset, byteLength } = numbers;
  desk.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), desk.at[place]);
}

const scaled = (numbers: Int32Array, factor: number) => numbers.map((number) => number * factor);

/** The colours of an image at the size of the two kernels; `undefined` when it has to be done the other way. */
export function resampleRgb(
  { width, data }: PixelImage,
  across: Kernel,
  down: Kernel,
): Uint8Array | undefined {
  const { from, rows } = usedRows(down);
  const outWidth = across.first.length;
  const rowBytes = width * 4;
  const strip = Math.max(1, Math.trunc(STRIP_BYTES / rowBytes));
  const table = makeTable(across, 4, 2);
  const narrowBytes = outWidth * 3;
  const desk = layOutDesk(
    across.first.length * 4,
    table.words.byteLength,
    Math.min(strip, rows) * rowBytes + rest(table, 4) * 4,
    heldRows(rows, down) * narrowBytes,
    ...placesDown(down, narrowBytes),
  );
  if (desk === undefined) return undefined;
  const [first, weights, source, narrow] = desk.at;
  put(desk, 0, scaled(across.first, 4));
  put(desk, 1, table.words);
  for (let top = 0; top < rows; top += strip) {
    const height = Math.min(strip, rows - top);
    const begin = (from + top) * rowBytes;
    desk.bytes.set(data.subarray(begin, begin + height * rowBytes), source);
    for (let y = 0; y < height; y++) {
      const to = narrow + (top + y) * narrowBytes;
      desk.kernels.narrowRgba(source + y * rowBytes, to, outWidth, first, weights, table.groups);
    }
  }
  return sumDown(desk, down, { source: narrow, rowBytes: narrowBytes, firstRow: from });
}

/** As `resampleRgb`, for one channel. */
export function resampleGrey({ width, data }: Mask, across: Kernel, down: Kernel): Uint8Array | undefined {
  const { from, rows } = usedRows(down);
  const outWidth = across.first.length;
  const table = makeTable(across, 8, 8);
  const desk = layOutDesk(
    across.first.length * 4,
    table.words.byteLength,
    rows * width + rest(table, 8),
    heldRows(rows, down) * outWidth,
    ...placesDown(down, outWidth),
  );
  if (desk === undefined) return undefined;
  const [first, weights, source, narrow] = desk.at;
  put(desk, 0, across.first);
  put(desk, 1, table.words);
  desk.bytes.set(data.subarray(from * width, (from + rows) * width), source);
  for (let y = 0; y < rows; y++) {
    const to = narrow + y * outWidth;
    desk.kernels.stretchGrey(source + y * width, to, outWidth, first, weights, table.groups);
  }
  return sumDown(desk, down, { source: narrow, rowBytes: outWidth, firstRow: from });
}

/** Inputs that the last output's group may reach past the end of its row. */
const rest = ({ groups }: Table, lanes: number) => groups * lanes;

const pairsOf = ({ count }: Kernel) => Math.ceil(Math.max(...count) / 2);

/** Near the last row, the pairs of others reach further, with weights of zero. */
const heldRows = (rows: number, down: Kernel) => rows + pairsOf(down) * 2;

const stripRows = (rowBytes: number) => Math.max(1, Math.trunc(STRIP_BYTES / rowBytes));

/** The table of the vertical pass, and a strip of its output: the last two places of a desk. */
function placesDown(down: Kernel, rowBytes: number): [number, number] {
  return [down.count.length * pairsOf(down) * 8, Math.min(stripRows(rowBytes), down.count.length) * rowBytes];
}

interface Rows {
  readonly source: number;
  readonly rowBytes: number;
  /** Which row of the input is the first at `source`. */
  readonly firstRow: number;
}

function sumDown(desk: Desk, down: Kernel, { source, rowBytes, firstRow }: Rows): Uint8Array {
  const { words, groups: pairs } = makeTable(down, 2, 2);
  put(desk, desk.at.length - 2, words);
  const [weights, target] = desk.at.slice(-2);
  const height = down.first.length;
  const strip = stripRows(rowBytes);
  const output = new Uint8Array(rowBytes * height);
  for (let top = 0; top < height; top += strip) {
    const rows = Math.min(strip, height - top);
    for (let y = 0; y < rows; y++) {
      const row = top + y;
      const from = source + (down.first[row] - firstRow) * rowBytes;
      desk.kernels.sumRows(from, target + y * rowBytes, rowBytes, weights + row * pairs * 8, pairs);
    }
    output.set(desk.bytes.subarray(target, target + rows * rowBytes), top * rowBytes);
  }
  return output;
}
