/** Set-up: gets the default model's weights into the models folder. Runs as a script and from `npm start`. */
import type { ModelSpec } from '#matting/model.ts';
import { DEFAULT_MODEL, findModel } from '#models/registry.ts';
import { install, type InstallOptions } from '../models/install.ts';
import { useProxyOfEnvironment } from '../models/proxy.ts';

export interface EnsureWeightsOptions extends InstallOptions {
  readonly model?: ModelSpec;
}

/**
 * Returns the path of verified weights, fetching them when they are missing or damaged.
 * @throws Error that names every source, why it failed, and what to do by hand
 */
export async function ensureWeights({
  model = DEFAULT_MODEL,
  ...options
}: EnsureWeightsOptions = {}): Promise<string> {
  useProxyOfEnvironment();
  return install(model, options);
}

/** @param ids of models; none means the default one */
async function main(ids: readonly string[]): Promise<void> {
  for (const id of ids.length === 0 ? [DEFAULT_MODEL.id] : ids) {
    const model = findModel(id);
    if (model === undefined) throw new Error(`There is no model "${id}".`);
    const file = await ensureWeights({ model, log: console.log });
    console.log(`${id} is installed at ${file}`);
  }
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : cause);
    process.exitCode = 1;
  }
}
