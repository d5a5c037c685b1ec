import { freshCounts, LOCAL_TENANT, type Job, type PendingItem } from '#queue/job.ts';
import { jobOptions } from '#queue/options.ts';

/** Ids as the queue makes them: unique and ascending. */
export function idsFrom(prefix: string): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `${prefix}-${String(made).padStart(6, '0')}`;
  };
}

/** Of every image of a sample. */
export const INPUT_BYTES = 12_345;

const newJobId = idsFrom('job');

export interface Sample {
  readonly job: Job;
  readonly items: readonly PendingItem[];
}

/** A job as it is submitted. `images`: how many it has; `availableAt`: when they may be leased, at once if not given. */
export function sampleJob({
  images = 1,
  availableAt,
  ...changes
}: Partial<Job> & { images?: number; availableAt?: number } = {}): Sample {
  const job: Job = {
    id: newJobId(),
    tenant: LOCAL_TENANT,
    type: images === 1 ? 'single' : 'batch',
    model: 'u2netp',
    options: jobOptions.parse({ format: 'webp', background: '#00ff00' }),
    priority: 5,
    createdAt: 1_000,
    startedAt: null,
    completedAt: null,
    counts: freshCounts(images),
    idempotency: null,
    bytes: images * INPUT_BYTES,
    webhook: null,
    ...changes,
  };
  const items = Array.from({ length: images }, (_, index): PendingItem => ({
    id: `${job.id}-item-${String(index)}`,
    jobId: job.id,
    index,
    filename: `photo ${String(index)} – ü.jpg`,
    inputBytes: INPUT_BYTES,
    inputMediaType: 'image/jpeg',
    attempt: 0,
    attemptsLeft: 3,
    state: 'pending',
    availableAt: availableAt ?? job.createdAt,
    lastFailure: null,
  }));
  return { job, items };
}
