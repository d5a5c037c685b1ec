import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
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

/** Why these bytes are not the model's weights, as the end of a sentence; undefined when they are. */
export function weightsFault(model: ModelSpec, weights: Uint8Array): string | undefined {
  if (weights.byteLength !== model.bytes) return `has ${weights.byteLength} bytes instead of ${model.bytes}`;
  const sha256 = createHash('sha256').update(weights).digest('hex');
  return sha256 === model.sha256 ? undefined : `has sha256 ${sha256} instead of ${model.sha256}`;
}

/**
 * Installed weights, verified.
 * @throws MattingError `model_unavailable` when there is no file, `model_invalid` when it is another one
 */
export async function readWeights(model: ModelSpec, folder: string = modelsFolder()): Promise<Uint8Array> {
  const file = weightsPath(model, folder);
  const weights = await readFile(file).catch((cause: unknown) => {
    const message = `The weights of ${model.id} are not installed at ${file}; run \`npm run setup\`.`;
    throw new MattingError('model_unavailable', message, { cause });
  });
  const fault = weightsFault(model, weights);
  if (fault === undefined) return weights;
  throw new MattingError('model_invalid', `${file} ${fault}; run \`npm run setup\` to replace it.`);
}
