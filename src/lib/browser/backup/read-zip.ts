import { QueueError } from '#queue/errors.ts';
import { crc32 } from './crc32.ts';

/** A file in a zip: where its bytes are, unread. */
export interface ZipEntry {
  readonly name: string;
  /** Of the content. */
  readonly bytes: number;
  /** As a part of the zip itself: nothing is copied. @throws QueueError when the entry is damaged */
  readonly content: () => Promise<Blob>;
}

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
/** The comment at the end of a zip is at most this long. */
const COMMENT_MOST = 0xffff;
const DIRECTORY_MOST = 100_000_000;
const NOT_HERE = 0xffffffff;

/**
 * Lists what is in a zip (PKWARE APPNOTE 6.3, with 64-bit sizes), by its directory at the end: the content is not
 * read. Entries have to be stored as they are or deflated.
 * @throws QueueError when it is no zip, or a damaged one
 */
export async function readZip(file: Blob): Promise<Map<string, ZipEntry>> {
  const directory = await findDirectory(file);
  const view = await viewOf(file, directory.offset, directory.bytes);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at < view.byteLength;) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== DIRECTORY_ENTRY) throw damaged();
    const entry = readEntry(file, view, at);
    entries.set(entry.name, entry);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

async function findDirectory(file: Blob): Promise<{ offset: number; bytes: number }> {
  const from = Math.max(0, file.size - END_BYTES - COMMENT_MOST);
  const tail = await viewOf(file, from, file.size - from);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== END) continue;
    const [bytes, offset] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
    const locator = at - LOCATOR_BYTES;
    const is64 = locator >= 0 && tail.getUint32(locator, true) === END64_LOCATOR;
    const directory = is64 ? await findDirectory64(file, bigAt(tail, locator + 8)) : { offset, bytes };
    if (directory.offset + directory.bytes > file.size || directory.bytes > DIRECTORY_MOST) throw damaged();
    return directory;
  }
  throw new QueueError(
    'media_type_unsupported',
    'This file is no Offcut library: it is not a zip. Choose the file that "Export" saved.',
  );
}

async function findDirectory64(file: Blob, at: number): Promise<{ offset: number; bytes: number }> {
  const view = await viewOf(file, at, 56);
  if (view.byteLength < 56 || view.getUint32(0, true) !== END64) throw damaged();
  return { bytes: bigAt(view, 40), offset: bigAt(view, 48) };
}

function readEntry(file: Blob, view: DataView<ArrayBuffer>, at: number): ZipEntry {
  const method = view.getUint16(at + 10, true);
  const nameBytes = view.getUint16(at + 28, true);
  const extraBytes = view.getUint16(at + 30, true);
  if (at + 46 + nameBytes + extraBytes > view.byteLength) throw damaged();
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameBytes));
  const extra = new DataView(view.buffer, view.byteOffset + at + 46 + nameBytes, extraBytes);
  const wide = wideNumbers(extra);
  const take = (short: number) => (short === NOT_HERE ? (wide.shift() ?? NOT_HERE) : short);
  // In the order in which the 64-bit numbers stand in the extra field.
  const crc = view.getUint32(at + 16, true);
  const bytes = take(view.getUint32(at + 24, true));
  const packed = take(view.getUint32(at + 20, true));
  const offset = take(view.getUint32(at + 42, true));
  return { name, bytes, content: () => contentOf(file, { name, method, crc, bytes, packed, offset }) };
}

/** Of the field of id 1, which has what did not fit into 32 bits. */
function wideNumbers(extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const [id, length] = [extra.getUint16(at, true), extra.getUint16(at + 2, true)];
    if (at + 4 + length > extra.byteLength) throw damaged();
    if (id === 1)
      return Array.from({ length: Math.floor(length / 8) }, (_, n) => bigAt(extra, at + 4 + 8 * n));
    at += 4 + length;
  }
  return [];
}

interface Place {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly bytes: number;
  readonly packed: number;
  readonly offset: number;
}

async function contentOf(file: Blob, { name, method, crc, bytes, packed, offset }: Place): Promise<Blob> {
  const header = await viewOf(file, offset, 30);
  if (header.byteLength < 30 || header.getUint32(0, true) !== LOCAL_HEADER) throw damaged(name);
  const start = offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + packed > file.size) throw damaged(name);
  const stored = file.slice(start, start + packed);
  const content = method === 0 ? stored : method === 8 ? await inflate(stored, bytes, name) : undefined;
  if (content?.size !== bytes || (await crc32(content)) !== crc) throw damaged(name);
  return content;
}

/** Somebody unpacked the library and packed it again. Reads no more than the directory announces. */
async function inflate(packed: Blob, bytes: number, name: string): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const part of packed.stream().pipeThrough(new DecompressionStream('deflate-raw'))) {
      size += part.length;
      if (size > bytes) break;
      parts.push(part);
    }
  } catch (cause) {
    throw damaged(name, cause);
  }
  return new Blob(parts);
}

async function viewOf(file: Blob, offset: number, bytes: number): Promise<DataView<ArrayBuffer>> {
  return new DataView(await file.slice(offset, offset + bytes).arrayBuffer());
}

function bigAt(view: DataView, at: number): number {
  if (at + 8 > view.byteLength) throw damaged();
  return Number(view.getBigUint64(at, true));
}

function damaged(name?: string, cause?: unknown): QueueError {
  const where = name === undefined ? 'its directory' : `"${name}"`;
  return new QueueError(
    'request_malformed',
    `This library is damaged: ${where} cannot be read. Nothing was imported. Take another copy of the file.`,
    { cause },
  );
}
