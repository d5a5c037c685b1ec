import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { MattingError } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `OFFCUT_MODELS_DIR`, or `models/cache` of this project. */
export function modelsFolder(env: Environment = process.env): string {
  return env.OFFCUT_MODELS_DIR || fileURLToPath(new URL('../../models/cache', import.meta.url));
}

export function weightsPath(model: ModelSpec, folder: string = modelsFolder()): string {
  return path.join(folder, model.file);
}

/** The command that gets a model's weights, as the end of a sentence. */
export function howToGet({ id, sources }: ModelSpec): string {
  return sources.length === 0
    ? 'add its file again with `npx offcut models add`'
    : `run \`npx offcut models pull ${id}\``;
}

/** Why these bytes are not the model's weights, as the end of a sentence; undefined when they are. */
export function weightsFault(model: ModelSpec, weights: Uint8Array): string | undefined {
  return (
    wrongSize(model, weights.byteLength) ??
    wrongHash(model, 'sha256', createHash('sha256').update(weights).digest('hex'))
  );
}

/** Like {@link weightsFault} for a file of any size, which is read in pieces; also checks the publisher's MD5. */
export async function fileFault(model: ModelSpec, file: string): Promise<string | undefined> {
  const about = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (about === undefined) return 'is missing';
  const wrong = wrongSize(model, about.size);
  if (wrong !== undefined) return wrong;
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) for (const hash of [sha256, md5]) hash.update(chunk);
  });
  return wrongHash(model, 'sha256', sha256.digest('hex')) ?? wrongHash(model, 'md5', md5.digest('hex'));
}

function wrongSize({ bytes }: ModelSpec, found: number): string | undefined {
  return found === bytes ? undefined : `has ${found} bytes instead of ${bytes}`;
}

function wrongHash(model: ModelSpec, kind: 'sha256' | 'md5', found: string): string | undefined {
  const wanted = model[kind] ?? found;
  return found === wanted ? undefined : `has ${kind} ${found} instead of ${wanted}`;
}

/** By size alone: whoever loads them verifies the checksum. */
export async function isInstalled(model: ModelSpec, folder: string = modelsFolder()): Promise<boolean> {
  const found = await stat(weightsPath(model, folder)).catch(() => undefined);
  return found?.size === model.bytes;
}

/**
 * Installed weights, verified.
 * @throws MattingError `model_unavailable` when there is no file, `model_invalid` when it is another one
 */
export async function readWeights(model: ModelSpec, folder: string = modelsFolder()): Promise<Uint8Array> {
  const file = weightsPath(model, folder);
  const weights = await readFile(file).catch((cause: unknown) => {
    const message = `The weights of ${model.id} are not installed at ${file}; ${howToGet(model)}.`;
    throw new MattingError('model_unavailable', message, { cause });
  });
  const fault = weightsFault(model, weights);
  if (fault === undefined) return weights;
  throw new MattingError('model_invalid', `${file} ${fault}; ${howToGet(model)} to replace it.`);
}
