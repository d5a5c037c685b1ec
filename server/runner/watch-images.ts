import type { ProcessingItem } from '#queue/job.ts';
import type { Logger } from '../log.ts';
import type { ImageListener } from './log-events.ts';

/**
 * Ends this process when an image takes longer than `seconds`: a decoder that hangs on libuv's threads cannot be
 * interrupted, while heartbeats would hold the image's lease for ever. The supervisor counts it as a crash.
 */
export function watchImages(seconds: number, log: Logger): ImageListener {
  const timers = new Map<string, NodeJS.Timeout>();
  return {
    began(item: ProcessingItem) {
      const timer = setTimeout(() => {
        log.fatal({ event: 'image_stuck', job: item.jobId, image: item.index, seconds });
        process.kill(process.pid, 'SIGKILL');
      }, seconds * 1000);
      timers.set(item.id, timer.unref());
    },
    ended(item: ProcessingItem) {
      clearTimeout(timers.get(item.id));
      timers.delete(item.id);
    },
  };
}
