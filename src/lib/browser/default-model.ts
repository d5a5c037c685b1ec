import { MattingError } from '#matting/errors.ts';
import type { ModelSpec } from '#matting/model.ts';
import { DEFAULT_MODEL } from '#models/default.ts';
import type { ModelAtUrl } from './matting-worker/interface.ts';

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
export function defaultModel(): ModelAtUrl {
  if (EMBEDDED !== undefined) {
    return { spec: DEFAULT_MODEL, weightsUrl: new URL(EMBEDDED, location.href).href };
  }
  throw new MattingError(
    'model_unavailable',
    `The model ${DEFAULT_MODEL.id} is not part of this installation. Run \`npm run setup\` where the app is built.`,
  );
}
