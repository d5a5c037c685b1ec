import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Header } from 'tar';

/** Where a backup is written to. Under its name it is there whole or not at all. */
export interface Sink {
  /** @param size of `body`, in bytes */
  add(name: string, size: number, body: AsyncIterable<Uint8Array>): Promise<void>;
  /** All of it is on the disk now. */
  finish(): Promise<void>;
  /** Nothing of it stays. */
  drop(): Promise<void>;
}

const unfinished = (to: string) => `${to}.part`;

export async function openFolderSink(to: string): Promise<Sink> {
  const folder = unfinished(to);
  await mkdir(path.dirname(to), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  return {
    async add(name, size, body) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(file, 'wx', 0o600);
      try {
        await writeExactly(handle, name, size, body);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async finish() {
      await rename(folder, to);
      await syncFolder(path.dirname(to));
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Two empty blocks end an archive. */
const END = Buffer.alloc(1024);
const BLOCK = 512;

export async function openTarSink(to: string): Promise<Sink> {
  const file = unfinished(to);
  await mkdir(path.dirname(to), { recursive: true });
  // Photos of people are in it.
  const handle = await open(file, 'w', 0o600);
  return {
    async add(name, size, body) {
      await handle.appendFile(headerOf(name, size));
      await writeExactly(handle, name, size, body);
      await handle.appendFile(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK));
    },
    async finish() {
      await handle.appendFile(END);
      await handle.sync();
      await handle.close();
      await rename(file, to);
      await syncFolder(path.dirname(to));
    },
    async drop() {
      await handle.close().catch(() => undefined);
      await rm(file, { force: true });
    },
  };
}

function headerOf(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const header = new Header({
    path: name,
    size,
    mode: 0o600,
    type: 'File',
    mtime: new Date(),
    uid: 0,
    gid: 0,
  });
  // The names of a backup are short: blobs/ab/<36 characters>/<number>.result-<number>.
  if (header.encode(block)) throw new RangeError(`"${name}" is too long for the header of an archive.`);
  return block;
}

/** Files in the data folder do not change once they are there: another size is a fault. */
async function writeExactly(
  handle: FileHandle,
  name: string,
  size: number,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  let written = 0;
  for await (const chunk of body) {
    await handle.appendFile(chunk);
    written += chunk.byteLength;
  }
  if (written !== size) throw new Error(`${name} had ${size} bytes, and ${written} when it was read.`);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
