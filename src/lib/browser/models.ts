import { MattingError } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';
import { DEFAULT_MODEL, findModel, MODELS } from '#models/registry.ts';
import type { ModelWire } from '#queue/wire.ts';
import type { ModelAtUrl } from './matting-worker/interface.ts';

/** Address of the default model's weights, which every build carries; others are fetched when somebody wants them. */
const WEIGHTS = import.meta.glob<string>('../../../models/cache/u2netp.onnx', {
  query: '?url',
  import: 'default',
  eager: true,
});

function weightsUrl({ file }: ModelSpec): string | undefined {
  return WEIGHTS[`../../../models/cache/${file}`];
}

/** @throws MattingError `model_unavailable` */
export function locateModel(id: string): ModelAtUrl {
  const spec = findModel(id);
  const url = spec && weightsUrl(spec);
  if (spec !== undefined && url !== undefined) return { spec, weightsUrl: new URL(url, location.href).href };
  throw new MattingError(
    'model_unavailable',
    `The model ${id} is not part of this installation. Run \`npm run setup\` where the app is built.`,
  );
}

export function listModels(): ModelWire[] {
  return MODELS.map((spec) => ({
    id: spec.id,
    title: spec.title,
    default: spec === DEFAULT_MODEL,
    installed: weightsUrl(spec) !== undefined,
    bytes: spec.bytes,
    licence: spec.licence,
    commercial_use: spec.commercialUse,
  }));
}
