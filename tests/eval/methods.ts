/** What is compared: each method turns the network's small mask into a full-size matte with colours. */
import type { Features } from '#matting/features/features.ts';
import type { Mask, PixelImage } from '#matting/image.ts';
import { removeSpecks } from '#matting/refine/artefacts.ts';
import { guidedFilter } from '#matting/refine/guided-filter.ts';
import { refine } from '#matting/refine/refine.ts';
import { lanczosGrey } from '#matting/resample.ts';
import { inOneGo } from '#matting/steps.ts';
import { domainTransform } from './domain-transform.ts';
import type { Matted } from './metrics/index.ts';
import type { Seen } from './network.ts';

/** Image and mask are the method's own copies. */
type Refine = (image: PixelImage, mask: Mask, features: Features | undefined) => void;

export interface Method {
  readonly id: string;
  readonly title: string;
  readonly refine: Refine;
  /** One of the pipeline's own. */
  readonly isRefinement?: true;
}

/** The first is what others are measured against: mask enlarged, colours kept. */
export const METHODS: readonly Method[] = [
  { id: 'none', title: 'mask enlarged (as rembg)', refine: () => undefined },
  { id: 'guided', title: 'fast guided filter', refine: (image, mask) => inOneGo(guidedFilter(image, mask)) },
  { id: 'domain', title: 'domain transform', refine: domainTransform },
  {
    id: 'fast',
    title: 'mixture of mask, colours and guess + colours',
    refine: (image, mask, features) => inOneGo(refine(image, mask, 'fast', { features })),
    isRefinement: true,
  },
  {
    id: 'colours',
    title: 'local colour models + colours',
    refine: (image, mask) => inOneGo(refine(image, mask, 'fast')),
    isRefinement: true,
  },
  {
    id: 'closed-form',
    title: 'mixture, closed form + colours',
    refine: (image, mask, features) => inOneGo(refine(image, mask, 'closed-form', { features })),
    isRefinement: true,
  },
];

/** @throws Error when there is none of that name */
export function methodOf(id: string): Method {
  const method = METHODS.find((known) => known.id === id);
  if (method === undefined) throw new Error(`There is no method ${id}.`);
  return method;
}

/** The reference and those named; all when none is. */
export function chosenMethods(ids: readonly string[]): readonly Method[] {
  if (ids.length === 0) return METHODS;
  return METHODS.filter(({ id }, place) => place === 0 || ids.includes(id));
}

export interface Timed extends Matted {
  /** Of refinement alone, without enlarging the mask. */
  readonly milliseconds: number;
}

export function run(method: Method, image: PixelImage, { mask, features }: Seen): Timed {
  const colours: PixelImage = { ...image, data: image.data.slice() };
  const own: Mask = { ...mask, data: mask.data.slice() };
  // As the pipeline does before it enlarges a mask that is to be refined.
  if (method.isRefinement) removeSpecks(own);
  const alpha = lanczosGrey(own, image.width, image.height);
  const start = performance.now();
  method.refine(colours, alpha, features);
  return { alpha, colours, milliseconds: performance.now() - start };
}
