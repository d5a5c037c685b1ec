/** Models that the user added: each is described by `<id>.json` beside its weights. */
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSpec } from '#matting/model.ts';
import { modelSchema } from '#models/schema.ts';
import { modelsFolder } from '../matting/weights.ts';
import { writeAtomically } from './write-atomically.ts';

/** A description that is damaged, or of another version, describes nothing: `broken` names it. */
export interface AddedModels {
  readonly models: readonly ModelSpec[];
  readonly broken: readonly string[];
}

export async function readAdded(folder: string = modelsFolder()): Promise<AddedModels> {
  const names = await readdir(folder).catch(() => []);
  const models: ModelSpec[] = [];
  const broken: string[] = [];
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    const file = path.join(folder, name);
    const model = await readDescription(file);
    // A renamed description would make one file two models.
    if (model === undefined || `${model.id}.json` !== name) broken.push(file);
    else models.push(model);
  }
  return { models, broken };
}

async function readDescription(file: string): Promise<ModelSpec | undefined> {
  try {
    return modelSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

export async function describeAdded(model: ModelSpec, folder: string): Promise<void> {
  await writeAtomically(descriptionPath(model, folder), `${JSON.stringify(model, undefined, 2)}\n`);
}

export async function forgetAdded(model: ModelSpec, folder: string): Promise<void> {
  await rm(descriptionPath(model, folder), { force: true });
}

function descriptionPath({ id }: ModelSpec, folder: string): string {
  return path.join(folder, `${id}.json`);
}
