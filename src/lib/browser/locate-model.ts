import { DEFAULT_MODEL } from '#models/default.ts';
import { defaultModel } from './default-model.ts';
import type { ModelAtUrl } from './matting-worker/interface.ts';

/**
 * A model with its weights. What knows others than the default one is loaded when the first of them is asked for.
 * @throws MattingError `model_unavailable`
 */
export async function locateModel(id: string): Promise<ModelAtUrl> {
  if (id === DEFAULT_MODEL.id) return defaultModel();
  const { locateKept } = await import('./models.ts');
  return locateKept(id);
}
