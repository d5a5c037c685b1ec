/*
 * Who works on the queue, wherever it is: each supervisor says so of its runners every few seconds. It is for people
 * and for /queue/stats; that no two work on one image is the leases' business.
 */

export const RUNNER_SEEN_SECONDS = 5;
/** A runner that was not seen for this long does not count. */
export const RUNNER_STALE_SECONDS = 3 * RUNNER_SEEN_SECONDS;

export interface RunnerEntry {
  /** The owner of its leases. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Images that it has in hand at a time. */
  readonly concurrency: number;
}

export interface RunnerRegistry {
  /** Says that these are alive. */
  seen(runners: readonly RunnerEntry[]): Promise<void>;
  /** Says that this one has ended. */
  gone(id: string): Promise<void>;
  /** Of all that were seen lately: how many, and the images that they may have in hand together. */
  total(): Promise<{ runners: number; concurrency: number }>;
  close(): Promise<void>;
}
