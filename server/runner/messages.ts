import type { Config } from '../config.ts';

/** What the supervisor tells a runner process. */
export type ToRunner =
  | {
      readonly type: 'start';
      readonly config: Config;
      readonly runner: number;
      /** Outcomes until which it works on one image at a time: one of these images may have killed a runner. */
      readonly suspects: number;
    }
  /** Take no more; finish what is in hand, or give it back. */
  | { readonly type: 'stop'; readonly how: 'finish' | 'return' };

/** What a runner process tells its supervisor. */
export type FromRunner =
  | { readonly type: 'ready'; readonly runtime: string }
  /** Sent every {@link ALIVE_SECONDS}: the event loop turns. */
  | { readonly type: 'alive' };

export const ALIVE_SECONDS = 1;
