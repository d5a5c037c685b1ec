import type { ModelSpec } from '../src/lib/matting/model.ts';
import { u2netp } from './u2netp.ts';

/** Part of every installation. A module of its own: a page begins without the other models. */
export const DEFAULT_MODEL: ModelSpec = u2netp;
