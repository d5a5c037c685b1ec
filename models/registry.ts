import type { ModelSpec } from '../src/lib/matting/model.ts';
import { birefnetGeneral, birefnetGeneralLite } from './birefnet.ts';
import { isnetAnime, isnetGeneralUse, isnetMedium, isnetSmall } from './isnet.ts';
import { modnet } from './modnet.ts';
import { silueta, u2net, u2netHumanSeg } from './u2net.ts';
import { u2netp } from './u2netp.ts';

export { DEFAULT_MODEL } from './default.ts';

/** Every model that Offcut knows by itself; to add one is to add an entry. */
export const MODELS: readonly ModelSpec[] = [
  u2netp,
  silueta,
  u2net,
  u2netHumanSeg,
  isnetSmall,
  isnetMedium,
  isnetGeneralUse,
  isnetAnime,
  birefnetGeneralLite,
  birefnetGeneral,
  modnet,
];

/** Licences that ask for no more than that their text and notices are kept. */
const PERMISSIVE = ['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

export function findModel(id: string): ModelSpec | undefined {
  return MODELS.find((model) => model.id === id);
}

/** Whether someone has to agree to the licence before the weights are fetched. */
export function needsConsent({ licence, commercialUse }: ModelSpec): boolean {
  return !commercialUse || !PERMISSIVE.includes(licence);
}
