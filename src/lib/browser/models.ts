import { MattingError } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';
import { DEFAULT_MODEL, findModel, MODELS } from '#models/registry.ts';
import type { ModelWire } from '#queue/wire.ts';
import { KEPT_ON_DEVICE, type ModelAtUrl } from './matting-worker/interface.ts';
import { keptModels } from './weights-store.ts';

/** Address of the default model's weights, which every build carries; others are kept when somebody downloads them. */
const EMBEDDED = Object.values(
  import.meta.glob<string>('../../../models/cache/u2netp.onnx', {
    query: '?url',
    import: 'default',
    eager: true,
  }),
)[0];

export function isEmbedded({ id }: ModelSpec): boolean {
  return id === DEFAULT_MODEL.id && EMBEDDED !== undefined;
}

/** @throws MattingError `model_unavailable` */
export async function locateModel(id: string): Promise<ModelAtUrl> {
  if (id === DEFAULT_MODEL.id && EMBEDDED !== undefined) {
    return { spec: DEFAULT_MODEL, weightsUrl: new URL(EMBEDDED, location.href).href };
  }
  const spec = (await keptModels()).find((model) => model.id === id);
  if (spec !== undefined) return { spec, weightsUrl: KEPT_ON_DEVICE };
  throw new MattingError(
    'model_unavailable',
    id === DEFAULT_MODEL.id
      ? `The model ${id} is not part of this installation. Run \`npm run setup\` where the app is built.`
      : `The model ${id} is not on this device any more. Open "Models" and download it.`,
  );
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
