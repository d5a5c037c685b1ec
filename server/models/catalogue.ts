import type { ModelSpec } from '#matting/model.ts';
import { findModel, MODELS } from '#models/registry.ts';
import { modelsFolder } from '../matting/weights.ts';
import { readAdded } from './added.ts';

/** The registry, then what the user added. Read anew each time: a model may be added while the server runs. */
export async function knownModels(folder: string = modelsFolder()): Promise<readonly ModelSpec[]> {
  const { models } = await readAdded(folder);
  return [...MODELS, ...models.filter(({ id }) => findModel(id) === undefined)];
}

export async function findKnownModel(
  id: string,
  folder: string = modelsFolder(),
): Promise<ModelSpec | undefined> {
  return findModel(id) ?? (await knownModels(folder)).find((model) => model.id === id);
}
