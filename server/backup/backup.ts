import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VERSION } from '../version.ts';
import { BackupError } from './errors.ts';
import { DATABASE, MANIFEST, SUMS, toSumLine, type Manifest } from './format.ts';
import { openFolderSink, openTarSink, type Sink } from './sinks.ts';
import { copyDatabase, Snapshot } from './snapshot.ts';

export interface BackupSettings {
  readonly dataFolder: string;
  readonly blobsFolder: string;
  /** A file when it ends in `.tar`, else a folder. It must not be there yet. */
  readonly to: string;
  readonly now: () => number;
}

export interface BackupReport extends Manifest {
  /** Files that the store names and the data folder has not: lost before the backup. */
  readonly missing: readonly string[];
}

/**
 * Copies a data folder while it is in use: first the store at one moment, then the bytes of each of its jobs, which
 * are there as long as the job is. A job that is deleted meanwhile is left out of the copy.
 *
 * @throws BackupError, StoreOpenError, and what the file system throws
 */
export async function backUp({ dataFolder, blobsFolder, to, now }: BackupSettings): Promise<BackupReport> {
  const live = path.join(dataFolder, DATABASE);
  await requireStore(live);
  await requireFree(to);
  await mkdir(path.dirname(to), { recursive: true });
  await requireRoom(live, path.dirname(to));
  const copy = `${to}.${randomUUID()}.sqlite`;
  const takenAt = now();
  const sink = await (to.endsWith('.tar') ? openTarSink(to) : openFolderSink(to));
  try {
    copyDatabase(live, copy);
    const writer = new Writer(sink);
    const { missing, ...about } = await addJobs(writer, { blobsFolder, live, copy, now });
    await writer.addFile(DATABASE, copy);
    for (const name of await otherDatabases(dataFolder)) {
      await removeDatabase(copy);
      copyDatabase(path.join(dataFolder, name), copy);
      await writer.addFile(name, copy);
    }
    const manifest = await writer.end({ ...about, taken_at: new Date(takenAt).toISOString() });
    return { ...manifest, missing };
  } catch (cause) {
    await sink.drop();
    throw explained(cause, to);
  } finally {
    await removeDatabase(copy);
  }
}

async function otherDatabases(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^[\w-]+\.sqlite$/.test(name) && name !== DATABASE);
}

async function removeDatabase(file: string): Promise<void> {
  for (const ending of ['', '-wal', '-shm']) await rm(file + ending, { force: true });
}

/** Adds the bytes of all jobs, and leaves out of the copy those that are gone by now. */
async function addJobs(
  writer: Writer,
  { blobsFolder, live, copy, now }: { blobsFolder: string; live: string; copy: string; now: () => number },
) {
  const snapshot = new Snapshot(copy);
  const isThere = lookUp(live);
  const missing: string[] = [];
  let jobs = 0;
  try {
    for (const { jobId, files } of snapshot.jobs()) {
      const lost: string[] = [];
      for (const file of files) {
        const found = await writer.addFile(`blobs/${file}`, path.join(blobsFolder, file));
        if (!found) lost.push(`blobs/${file}`);
      }
      if (lost.length > 0 && !isThere.has(jobId)) {
        snapshot.remove(jobId, now());
        continue;
      }
      missing.push(...lost);
      jobs += 1;
    }
    return { jobs, schema_version: snapshot.schemaVersion, missing };
  } finally {
    isThere.close();
    snapshot.close();
  }
}

/** Is a job in the live store? Read only: the store's version is its server's business. */
function lookUp(live: string) {
  const db = new DatabaseSync(live, { timeout: 10_000, readOnly: true });
  const query = db.prepare('SELECT 1 FROM jobs WHERE id = ?');
  return { has: (jobId: string) => query.get(jobId) !== undefined, close: () => db.close() };
}

/** Adds files to a backup, and keeps its sums. */
class Writer {
  readonly #sink: Sink;
  readonly #sums: string[] = [];
  #bytes = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** @returns false when there is no such file */
  async addFile(name: string, file: string): Promise<boolean> {
    const handle = await openIfThere(file);
    if (handle === undefined) return false;
    const hash = createHash('sha256');
    try {
      const { size } = await handle.stat();
      await this.#sink.add(name, size, hashed(handle, hash));
      this.#bytes += size;
    } finally {
      await handle.close();
    }
    this.#sums.push(toSumLine({ path: name, sha256: hash.digest('hex') }));
    return true;
  }

  async end(about: Pick<Manifest, 'jobs' | 'schema_version' | 'taken_at'>): Promise<Manifest> {
    const sums = Buffer.from(this.#sums.join(''));
    const manifest: Manifest = {
      format: 'offcut-backup',
      version: 1,
      offcut: VERSION,
      ...about,
      files: this.#sums.length,
      bytes: this.#bytes,
      sums_sha256: createHash('sha256').update(sums).digest('hex'),
    };
    await this.#addText(SUMS, sums);
    await this.#addText(MANIFEST, Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
    await this.#sink.finish();
    return manifest;
  }

  async #addText(name: string, bytes: Buffer): Promise<void> {
    await this.#sink.add(
      name,
      bytes.byteLength,
      (async function* () {
        yield bytes;
      })(),
    );
  }
}

async function* hashed(handle: FileHandle, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Buffer> = handle.createReadStream({ autoClose: false });
  for await (const chunk of stream) {
    hash.update(chunk);
    yield chunk;
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

async function requireStore(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return;
  throw new BackupError(
    `There is no queue at ${file}. Name the server's data folder with --data or OFFCUT_DATA_DIR.`,
  );
}

async function requireFree(to: string): Promise<void> {
  if ((await stat(to).catch(() => undefined)) === undefined) return;
  throw new BackupError(
    `${to} is there already. A backup replaces nothing: name another, or remove it first.`,
  );
}

/** The store alone needs its size twice for a moment; how much the images need, the copying finds out. */
async function requireRoom(live: string, folder: string): Promise<void> {
  const [{ size }, { bavail, bsize }] = await Promise.all([stat(live), statfs(folder)]);
  if (bavail * bsize > 2 * size) return;
  throw new BackupError(
    `${folder} has ${Math.floor((bavail * bsize) / 1e6)} MB free, which is too little for the store alone (${Math.ceil(size / 1e6)} MB, twice for a moment). Back up to a larger disk.`,
  );
}

function explained(cause: unknown, to: string): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return cause;
  return new BackupError(
    `The disk of ${to} is full, and nothing of the backup was left there. Back up to a larger disk.`,
    { cause },
  );
}
