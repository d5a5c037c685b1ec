/** How the queue behaves in time. Every value can be set by a host; these suit both. */
export interface QueuePolicy {
  /** A lease not prolonged for this long is over: its runner is taken for dead. */
  readonly leaseSeconds: number;
  readonly maxAttempts: number;
  /** Wait before the second attempt; doubles with each further one. */
  readonly backoffBaseSeconds: number;
  readonly backoffMaxSeconds: number;
  /** Jobs that have been over for longer are removed. */
  readonly retentionSeconds: number;
  /** Bytes that no job names are removed after this long: longer than any upload may take. */
  readonly orphanSeconds: number;
}

export const DEFAULT_POLICY: QueuePolicy = {
  leaseSeconds: 30,
  maxAttempts: 3,
  backoffBaseSeconds: 1,
  backoffMaxSeconds: 60,
  retentionSeconds: 7 * 24 * 3600,
  orphanSeconds: 24 * 3600,
};

/**
 * Milliseconds to wait after attempt `attempt` (from 1) failed: exponential, with up to a quarter of jitter taken
 * off so that items that failed together do not come back together.
 * @param random in [0, 1)
 */
export function backoffMillis(policy: QueuePolicy, attempt: number, random: number): number {
  const seconds = Math.min(policy.backoffMaxSeconds, policy.backoffBaseSeconds * 2 ** (attempt - 1));
  return Math.round(seconds * 1000 * (1 - random / 4));
}
