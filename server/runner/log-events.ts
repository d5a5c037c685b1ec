import type { ProcessingItem } from '#queue/job.ts';
import type { RunnerEvents } from '#queue/runner.ts';
import type { Logger } from '../log.ts';

const named = (item: ProcessingItem) => ({
  job: item.jobId,
  item: item.id,
  image: item.index,
  attempt: item.attempt,
});

export interface ImageListener {
  began(item: ProcessingItem): void;
  /** However it ended. */
  ended(item: ProcessingItem): void;
}

/** A runner's events as log lines; `listener` hears of each image's beginning and end. */
export function logEvents(log: Logger, listener: ImageListener): RunnerEvents {
  return {
    leased(item, job) {
      log.debug({ event: 'image_started', ...named(item), model: job.model });
      listener.began(item);
    },
    stage(item, stage) {
      log.trace({ event: 'image_stage', ...named(item), stage });
    },
    completed(item, { milliseconds }) {
      log.info({ event: 'image_completed', ...named(item), milliseconds });
      listener.ended(item);
    },
    failed(item, failure, retryable, cause) {
      const line = { event: 'image_failed', ...named(item), code: failure.code, retryable };
      // An image at fault is the client's to read about; anything else is ours to look into.
      if (retryable) log.warn({ ...line, err: cause });
      else log.info(line);
      listener.ended(item);
    },
    lost(item) {
      log.info({ event: 'image_dropped', ...named(item) });
      listener.ended(item);
    },
    broken(cause) {
      log.error({ event: 'storage_failed', err: cause });
    },
  };
}
