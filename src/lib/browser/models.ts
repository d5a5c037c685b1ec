import { MattingError } from '#matting/errors.ts';
import { DEFAULT_MODEL, findModel, MODELS } from '#models/registry.ts';
import type { ModelWire } from '#queue/wire.ts';
import { isEmbedded } from './default-model.ts';
import { KEPT_ON_DEVICE, type ModelAtUrl } from './matting-worker/interface.ts';
import { dropKept, keptModels } from './weights-store.ts';

/** @throws MattingError `model_unavailable` */
export async function locateKept(id: string): Promise<ModelAtUrl> {
  const spec = (await keptModels()).find((model) => model.id === id);
  if (spec !== undefined) return { spec, weightsUrl: KEPT_ON_DEVICE };
  throw new MattingError(
    'model_unavailable',
    `The model ${id} is not on this device any more. Open "Models" and download it.`,
  );
}

/** Drops the weights, of a download that was not finished as well. */
export async function dropModel(id: string): Promise<void> {
  const model = [...(await keptModels()), ...MODELS].find((spec) => spec.id === id);
  if (model !== undefined) await dropKept(model);
}

/** All that this device knows: the registry, and models of the user's own. */
export async function listModels(): Promise<ModelWire[]> {
  const kept = await keptModels();
  const own = kept.filter(({ id }) => findModel(id) === undefined);
  return [...MODELS, ...own].map((spec) => ({
    id: spec.id,
    title: spec.title,
    default: spec === DEFAULT_MODEL,
    installed: isEmbedded(spec) || kept.some(({ id }) => id === spec.id),
    bytes: spec.bytes,
    licence: spec.licence,
    commercial_use: spec.commercialUse,
  }));
}
