import type { Item, Job } from '#queue/job.ts';
import type { ServerPlace } from '#queue/place.ts';

/** A job as it is kept here, with its items by index. */
export interface Kept {
  readonly job: Job;
  readonly items: readonly Item[];
}

/** One that runs on the server. */
export interface Placed extends Kept {
  readonly job: Job & { readonly place: ServerPlace };
}

export function isPlaced(kept: Kept): kept is Placed {
  return kept.job.place !== undefined;
}

/** The name of a deleted job, and what the server calls it, if it is known to have it. `wanted`: it is to be told. */
export interface Grave {
  readonly jobId: string;
  readonly remoteId?: string | undefined;
  readonly wanted: boolean;
}
