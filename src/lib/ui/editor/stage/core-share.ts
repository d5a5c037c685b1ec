import { CORE } from '#matting/edits/brush/segment.ts';

/** Of the brush: the part whose colours count as what is meant. */
export const CORE_SHARE = CORE;
