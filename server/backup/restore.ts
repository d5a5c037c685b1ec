import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync, readdirSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { Queue } from '#queue/queue.ts';
import { openDiskBlobs } from '../blobs/disk.ts';
import { SQLITE_BUSY, sqliteCode } from '../stores/sqlite/errors.ts';
import { openSqliteStore } from '../stores/sqlite/store.ts';
import { BackupError } from './errors.ts';
import { DATABASE, type Manifest } from './format.ts';
import { readBackup } from './read.ts';

export interface RestoreSettings {
  readonly from: string;
  readonly dataFolder: string;
  readonly blobsFolder: string;
  /** Put what is there aside, into a folder `replaced-…` beside it. */
  readonly replace: boolean;
  readonly now: () => number;
}

export interface RestoreReport extends Manifest {
  /** Images that a runner had in hand at the moment of the backup, and that wait again. */
  readonly requeued: number;
}

const STAGE = '.restore-';
const ASIDE = 'replaced-';

/**
 * Puts a backup into an empty data folder. Until all of it is there, verified and opened once, the folder stays as it
 * was; its last step renames the store into place.
 *
 * @throws BackupError, StoreOpenError
 */
export async function restore(settings: RestoreSettings): Promise<RestoreReport> {
  const { from, dataFolder, replace, now } = settings;
  const places = placesOf(settings);
  for (const { folder } of places) await mkdir(folder, { recursive: true });
  requireUnused(path.join(dataFolder, DATABASE));
  const old = await Promise.all(places.map(contents));
  if (!replace) requireEmpty(places, old);
  for (const { folder } of places) await removeLeftovers(folder);
  const stage = stageIn(settings);
  try {
    const manifest = await readBackup(from, (name, body) => writeFile(stage.fileOf(name), body));
    const requeued = await makeReady(stage, now);
    requireUnused(path.join(dataFolder, DATABASE));
    for (const [n, place] of places.entries()) await putAside(place.folder, old[n] ?? [], now);
    await mkdir(settings.blobsFolder, { recursive: true });
    for (const name of await readdir(stage.blobs)) {
      await rename(path.join(stage.blobs, name), path.join(settings.blobsFolder, name));
    }
    await syncFolder(settings.blobsFolder);
    for (const name of await readdir(stage.folder)) {
      if (name !== DATABASE && name.endsWith('.sqlite'))
        await rename(path.join(stage.folder, name), path.join(dataFolder, name));
    }
    await rename(stage.database, path.join(dataFolder, DATABASE));
    await syncFolder(dataFolder);
    return { ...manifest, requeued };
  } finally {
    for (const folder of stage.folders) await rm(folder, { recursive: true, force: true });
  }
}

/** A folder that must be empty but for these names. */
interface Place {
  readonly folder: string;
  readonly except: readonly string[];
}

/** The data folder, and the images' when that is elsewhere. One that is inside and empty is in nobody's way. */
function placesOf({ dataFolder, blobsFolder }: RestoreSettings): readonly Place[] {
  if (!isInside(blobsFolder, dataFolder))
    return [dataFolder, blobsFolder].map((folder) => ({ folder, except: [] }));
  const isEmpty = !existsSync(blobsFolder) || readdirSync(blobsFolder).length === 0;
  return [{ folder: dataFolder, except: isEmpty ? [path.relative(dataFolder, blobsFolder)] : [] }];
}

function isInside(folder: string, outer: string): boolean {
  const relative = path.relative(outer, folder);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

interface Stage {
  readonly folder: string;
  readonly database: string;
  readonly blobs: string;
  /** To be removed in the end. */
  readonly folders: readonly string[];
  fileOf(name: string): string;
}

/** On the same file systems as what it becomes, so that its last step is a renaming. */
function stageIn({ dataFolder, blobsFolder }: RestoreSettings): Stage {
  const name = STAGE + randomUUID();
  const folder = path.join(dataFolder, name);
  const database = path.join(folder, DATABASE);
  const inside = isInside(blobsFolder, dataFolder);
  const blobs = inside ? path.join(folder, 'blobs') : path.join(blobsFolder, name);
  return {
    folder,
    database,
    blobs,
    folders: [folder, blobs],
    fileOf: (file) =>
      file.endsWith('.sqlite') ? path.join(folder, file) : path.join(blobs, path.relative('blobs', file)),
  };
}

function requireEmpty(places: readonly Place[], old: readonly (readonly string[])[]): void {
  for (const [n, { folder }] of places.entries()) {
    const names = old[n] ?? [];
    if (names.length === 0) continue;
    throw new BackupError(
      `${folder} is not empty (${names.slice(0, 3).join(', ')}). Restore into an empty folder, or pass --replace to have what is there put aside.`,
    );
  }
}

/** Reads all of a backup and compares its sums, without writing anything. @throws BackupError */
export async function checkBackup(from: string): Promise<Manifest> {
  return readBackup(from, async (_name, body) => {
    for await (const _chunk of body);
  });
}

async function writeFile(file: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await pipeline(body, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
}

/** Brings the store to the newest version, and has wait what runners of another time had in hand. */
async function makeReady(stage: Stage, now: () => number): Promise<number> {
  const blobs = await openDiskBlobs(stage.blobs);
  const store = openSqliteStore(stage.database);
  try {
    const queue = new Queue({ store, blobs, now, newId: randomUUID, random: Math.random });
    return await queue.recover(() => 'left');
  } finally {
    await store.close();
    beginHistory(stage.database);
  }
}

/**
 * What the store will tell from now on is another history than what clients heard after the backup: they read all of
 * it anew.
 */
function beginHistory(file: string): void {
  const db = new DatabaseSync(file, { timeout: 10_000 });
  try {
    db.exec('UPDATE feed SET id = lower(hex(randomblob(16)))');
  } finally {
    db.close();
  }
}

/**
 * Leaving the write-ahead log takes the file for itself alone: it fails while any other process has it open.
 * The next one to open it goes back to the log.
 */
function requireUnused(file: string): void {
  if (!existsSync(file)) return;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 0 });
    db.exec('PRAGMA journal_mode = DELETE');
  } catch (cause) {
    if (sqliteCode(cause) === SQLITE_BUSY) {
      throw new BackupError(
        `${file} is in use: a server runs on this data folder. Stop it first, or restore into another folder.`,
        { cause },
      );
    }
    // What is no database is in nobody's use.
  } finally {
    db?.close();
  }
}

/** What stands in the way. Leftovers of a restore that was killed do not, nor does what was put aside. */
async function contents({ folder, except }: Place): Promise<string[]> {
  const names = await readdir(folder);
  const ours = (name: string) => name.startsWith(STAGE) || name.startsWith(ASIDE) || name === 'lost+found';
  return names.filter((name) => !ours(name) && !except.includes(name));
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(STAGE)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

async function putAside(folder: string, names: readonly string[], now: () => number): Promise<void> {
  if (names.length === 0) return;
  const aside = path.join(folder, ASIDE + new Date(now()).toISOString().replaceAll(':', '-'));
  await mkdir(aside);
  // The store first: without it nobody takes the rest for a queue.
  const storeFirst = [...names].sort((a, b) => Number(b === DATABASE) - Number(a === DATABASE));
  for (const name of storeFirst) await rename(path.join(folder, name), path.join(aside, name));
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32' || (await stat(folder).catch(() => undefined)) === undefined) return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
