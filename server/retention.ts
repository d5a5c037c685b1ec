import type { Queue } from '#queue/queue.ts';
import type { Logger } from './log.ts';
import type { Uploads } from './uploads/uploads.ts';

const EVERY_HOUR = 3600 * 1000;

/** Removes what is past its retention: now, and every hour. Answers how to stop. */
export function startRetention(queue: Queue, uploads: Uploads, log: Logger): () => Promise<void> {
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = () => {
    sweeping = sweeping.then(() => sweepOnce(queue, uploads, log));
  };
  sweep();
  const timer = setInterval(sweep, EVERY_HOUR).unref();
  return () => {
    clearInterval(timer);
    return sweeping;
  };
}

async function sweepOnce(queue: Queue, uploads: Uploads, log: Logger): Promise<void> {
  try {
    const given = await uploads.sweep();
    const jobs = await queue.sweep();
    log[jobs + given > 0 ? 'info' : 'debug']({ event: 'retention_swept', jobs, uploads: given });
  } catch (error) {
    log.error({ event: 'storage_failed', err: error });
  }
}
