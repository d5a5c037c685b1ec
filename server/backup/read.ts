import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Parser } from 'tar';
import { BackupError } from './errors.ts';
import { isBackedUpPath, MANIFEST, parseManifest, parseSums, SUMS, type Manifest } from './format.ts';

type Bytes = AsyncIterable<Uint8Array>;

/** Takes a file of a backup; must read it to its end. */
type OnFile = (name: string, body: Bytes) => Promise<void>;

/**
 * Reads a backup from its first to its last byte and compares every sum. `onFile` gets each file on the way; what it
 * made of them counts only when this resolves.
 *
 * @throws BackupError when anything is missing, damaged or does not belong
 */
export async function readBackup(from: string, onFile: OnFile): Promise<Manifest> {
  const found = new Map<string, string>();
  const texts = new Map<string, string>();
  await eachFile(from, async (name, body) => {
    if (name === SUMS || name === MANIFEST) {
      texts.set(name, await textOf(body));
      return;
    }
    if (!isBackedUpPath(name)) throw new BackupError(`"${name}" in ${from} does not belong into a backup.`);
    const hash = createHash('sha256');
    await onFile(name, hashed(body, hash));
    found.set(name, hash.digest('hex'));
  });
  return verified(from, found, texts);
}

function verified(from: string, found: Map<string, string>, texts: Map<string, string>): Manifest {
  const [sums, text] = [texts.get(SUMS), texts.get(MANIFEST)];
  if (sums === undefined || text === undefined) {
    throw new BackupError(`${from} is no whole backup: it has no ${text === undefined ? MANIFEST : SUMS}.`);
  }
  const manifest = parseManifest(text);
  if (createHash('sha256').update(sums).digest('hex') !== manifest.sums_sha256) {
    throw new BackupError(`${SUMS} in ${from} is damaged. Use another backup.`);
  }
  const wanted = parseSums(sums);
  for (const [name, sha256] of wanted) {
    const is = found.get(name);
    if (is === undefined) throw new BackupError(`${name} is missing in ${from}. Use another backup.`);
    if (is !== sha256) {
      throw new BackupError(
        `${name} in ${from} is damaged: its sha256 is ${is}, not ${sha256}. Use another backup.`,
      );
    }
  }
  for (const name of found.keys()) {
    if (!wanted.has(name)) throw new BackupError(`"${name}" in ${from} is not in its ${SUMS}.`);
  }
  return manifest;
}

async function eachFile(from: string, onFile: OnFile): Promise<void> {
  const about = await stat(from).catch((cause: unknown) => {
    throw new BackupError(`There is no backup at ${from}.`, { cause });
  });
  if (about.isDirectory()) await eachInFolder(from, onFile);
  else await eachInTar(from, onFile);
}

async function eachInFolder(from: string, onFile: OnFile): Promise<void> {
  for await (const entry of await opendir(from, { recursive: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(from, file).split(path.sep).join('/');
    // A link would bring in what is elsewhere.
    if (!entry.isFile()) throw new BackupError(`"${name}" in ${from} is no file.`);
    await onFile(name, createReadStream(file) as AsyncIterable<Buffer>);
  }
}

async function eachInTar(from: string, onFile: OnFile): Promise<void> {
  let work = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      work = work.then(async () => {
        try {
          if (failure !== undefined) return;
          if (entry.type !== 'File') throw new BackupError(`"${entry.path}" in ${from} is no file.`);
          await onFile(entry.path, entry);
        } catch (error) {
          failure = { error };
        } finally {
          // The archive goes on only when its entries are read.
          entry.resume();
        }
      });
    },
  });
  try {
    await feed(parser, createReadStream(from));
    await work;
  } catch (cause) {
    failure ??= {
      error: new BackupError(
        `${from} is no archive that can be read (${messageOf(cause)}). Use another backup.`,
        {
          cause,
        },
      ),
    };
  }
  if (failure !== undefined) throw failure.error;
}

/** @throws what the parser finds wrong */
async function feed(parser: Parser, bytes: AsyncIterable<Buffer>): Promise<void> {
  const broken = new Promise<never>((_, reject) => parser.once('error', reject));
  // Whoever waits hears of it; nobody may be waiting yet.
  broken.catch(() => undefined);
  const ended = new Promise<void>((resolve) => parser.once('end', resolve));
  for await (const chunk of bytes) {
    if (!parser.write(chunk))
      await Promise.race([broken, new Promise<void>((resolve) => parser.once('drain', resolve))]);
  }
  parser.end();
  await Promise.race([broken, ended]);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

async function* hashed(body: Bytes, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}

async function textOf(body: Bytes): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
