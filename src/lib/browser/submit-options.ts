import type { JobOptions } from '#queue/options.ts';
import type { PlaceChoice } from './sync/interface.ts';

/** Options of a submission, and the picture that `background: 'image'` needs. */
export type SubmitOptions = Partial<JobOptions> & {
  readonly background_image?: Blob;
  /** Without one the default model works. */
  readonly model?: string;
  /** Where it runs; where new jobs run, when absent. */
  readonly place?: PlaceChoice;
};
