import { ClientQueue } from '#queue/client-queue.ts';
import { QueueError } from '#queue/errors.ts';
import { LOCAL_TENANT, stateOf, type Job, type StoredJob } from '#queue/job.ts';
import { UNSENT_PLACE, type ServerPlace } from '#queue/place.ts';
import type { Queue } from '#queue/queue.ts';
import { shown } from '#sync/shown.ts';
import { isPlaced } from '#sync/stored.ts';
import { cancelWished, retryWished } from '#sync/wishes.ts';
import type { OffcutDatabase } from '../store/database.ts';
import { announce, removeKept, rewrite, syncTables } from './kept.ts';

interface OwnQueueParts {
  readonly queue: Queue;
  readonly db: OffcutDatabase;
  /** Whether the jobs that it submits run on the server. */
  readonly forServer: boolean;
}

/**
 * The queue as the clients on this device may use it. Of a job that runs on the server, what they want is noted in the
 * transaction that shows it, and sent by whoever syncs.
 */
export class OwnQueue extends ClientQueue {
  readonly #queue: Queue;
  readonly #db: OffcutDatabase;

  constructor({ queue, db, forServer }: OwnQueueParts) {
    super(queue, LOCAL_TENANT, undefined, forServer ? UNSENT_PLACE : undefined);
    this.#queue = queue;
    this.#db = db;
  }

  override async cancel(jobId: string, run?: number): Promise<StoredJob> {
    const wished = await this.#wish(jobId, cancelWished);
    if (wished === 'runs here') return super.cancel(jobId, run);
    if (wished !== 'nothing to do') return wished;
    const state = stateOf((await this.get(jobId)).job);
    throw new QueueError('job_over', `Job ${jobId} is ${state} already, so there is nothing to cancel.`, {
      fields: { status_of_job: state },
    });
  }

  override async retry(jobId: string, run?: number): Promise<StoredJob> {
    const wished = await this.#wish(jobId, retryWished);
    if (wished === 'runs here') return super.retry(jobId, run);
    if (wished !== 'nothing to do') return wished;
    throw new QueueError(
      'job_not_retryable',
      `Job ${jobId} has no failed or cancelled image, so there is nothing to retry.`,
    );
  }

  override async remove(jobId: string): Promise<void> {
    const { job } = await this.get(jobId);
    if (job.place === undefined) return super.remove(jobId);
    const now = this.#queue.now();
    await this.#db.transaction('rw', syncTables(this.#db), async () => {
      const place = (await this.#db.jobs.get(jobId))?.job.place;
      await removeKept(this.#db, jobId, now);
      if (place === undefined || place.delivery.state === 'unsent') return;
      const remoteId = place.delivery.state === 'accepted' ? place.delivery.remoteId : undefined;
      await this.#db.graves.put({
        jobId,
        ...(remoteId !== undefined && { remoteId }),
        wanted: remoteId === undefined ? 0 : 1,
        at: now,
      });
    });
    announce(this.#db);
  }

  async #wish(
    jobId: string,
    decide: (place: ServerPlace, counts: Job['counts']) => ServerPlace | undefined,
  ): Promise<StoredJob | 'runs here' | 'nothing to do'> {
    const { job } = await this.get(jobId);
    if (job.place === undefined) return 'runs here';
    const now = this.#queue.now();
    const kept = await this.#db.transaction('rw', syncTables(this.#db), async () =>
      rewrite(this.#db, jobId, now, (kept) => {
        const place = isPlaced(kept) ? decide(kept.job.place, kept.job.counts) : undefined;
        return place && shown(kept, place, now);
      }),
    );
    if (kept === undefined) return 'nothing to do';
    announce(this.#db);
    return this.get(jobId);
  }
}
