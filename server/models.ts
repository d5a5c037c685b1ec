import { stat } from 'node:fs/promises';
import { DEFAULT_MODEL, findModel, MODELS } from '#models/registry.ts';
import type { ModelSpec } from '#matting/model.ts';
import type { ModelWire } from '#queue/wire.ts';
import { ConfigError } from './config.ts';
import { weightsPath } from './matting/weights.ts';

/** Every model of the registry, as GET /models tells of it. */
export function listModels(): Promise<ModelWire[]> {
  return Promise.all(
    MODELS.map(async (model) => ({
      id: model.id,
      title: model.title,
      default: model.id === DEFAULT_MODEL.id,
      installed: await isInstalled(model),
      bytes: model.bytes,
      licence: model.licence,
      commercial_use: model.commercialUse,
    })),
  );
}

/** By size alone: the runner verifies the checksum when it loads them. */
async function isInstalled(model: ModelSpec): Promise<boolean> {
  const found = await stat(weightsPath(model)).catch(() => undefined);
  return found?.size === model.bytes;
}

/** @throws ConfigError when an alias stands for a model that does not exist */
export function checkAliases(aliases: ReadonlyMap<string, string>): void {
  for (const [alias, id] of aliases) {
    if (findModel(id) !== undefined) continue;
    const known = MODELS.map((model) => model.id).join(', ');
    throw new ConfigError(`MODEL_ALIASES=${alias}=${id} names no model. The models are: ${known}.`);
  }
}
