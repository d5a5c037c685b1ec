import type { ModelSpec } from '#matting/model.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import type { ModelWire } from '#queue/wire.ts';
import { ConfigError } from '../config.ts';
import { howToGet, isInstalled } from '../matting/weights.ts';
import { findKnownModel, knownModels } from './catalogue.ts';

/** Every model that this server knows, as GET /models tells of it. */
export async function listModels(): Promise<ModelWire[]> {
  return Promise.all((await knownModels()).map(toWire));
}

async function toWire(model: ModelSpec): Promise<ModelWire> {
  return {
    id: model.id,
    title: model.title,
    default: model.id === DEFAULT_MODEL.id,
    installed: await isInstalled(model),
    bytes: model.bytes,
    licence: model.licence,
    commercial_use: model.commercialUse,
  };
}

/** A sentence for a client that asks for a model that is not here. */
export async function installHint(id: string): Promise<string> {
  const model = await findKnownModel(id);
  return model === undefined ? '' : `On the server, ${howToGet(model)}.`;
}

/** @throws ConfigError when an alias stands for a model that does not exist */
export async function checkAliases(aliases: ReadonlyMap<string, string>): Promise<void> {
  for (const [alias, id] of aliases) {
    if ((await findKnownModel(id)) !== undefined) continue;
    const known = (await knownModels()).map((model) => model.id).join(', ');
    throw new ConfigError(`MODEL_ALIASES=${alias}=${id} names no model. The models are: ${known}.`);
  }
}
