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
  | { readonly type: 'alive'; readonly memoryBytes: number }
  | { readonly type: 'report'; readonly report: RunnerReport };

/** What happened in a runner, for the metrics of the process that supervises it. Times in seconds. */
export type RunnerReport =
  | { readonly kind: 'model_loaded'; readonly model: string; readonly seconds: number }
  /** `waitedSeconds`: since the submission; of an image's first attempt only. */
  | {
      readonly kind: 'attempt_started';
      readonly model: string;
      readonly attempt: number;
      readonly waitedSeconds: number | null;
    }
  | {
      readonly kind: 'image_completed';
      readonly model: string;
      readonly seconds: number;
      readonly inputBytes: number;
      readonly resultBytes: number;
    }
  /** `final`: the image has no attempt left. */
  | {
      readonly kind: 'attempt_failed';
      readonly model: string;
      readonly code: string;
      readonly final: boolean;
      readonly inputBytes: number;
    }
  /** Cancelled, deleted or leased by another meanwhile. */
  | { readonly kind: 'attempt_dropped'; readonly model: string }
  /** Leases of runners that fell silent, which this one found when it looked for work. */
  | { readonly kind: 'lease_expired' };

export const ALIVE_SECONDS = 1;
