import type { ModelSpec } from '#matting/model.ts';
import { findKnownModel, knownModels } from '../../models/catalogue.ts';
import { CliError, EXIT } from '../errors.ts';

export const MODELS_OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws CliError that names the models that there are */
export async function requireModel(id: string): Promise<ModelSpec> {
  const model = await findKnownModel(id);
  if (model !== undefined) return model;
  const ids = (await knownModels()).map((each) => each.id).join(', ');
  throw new CliError(EXIT.usage, `There is no model "${id}". The models are: ${ids}.`);
}

/** `4.6 MB`, decimal as file managers count. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `Apache-2.0, commercial use allowed` */
export function licenceWords({ licence, commercialUse }: ModelSpec): string {
  return `${licence}, commercial use ${commercialUse ? 'allowed' : 'not known to be allowed'}`;
}
