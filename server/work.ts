import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import { Metrics } from './metrics/metrics.ts';
import { announceRunners } from './runner/announce.ts';
import { Supervisor } from './runner/supervisor.ts';
import { openQueue, openRunners } from './storage.ts';

export interface RunningRunners {
  /** Finishes or gives back what is in hand. */
  stop(): Promise<void>;
}

/**
 * The composition root of a machine that only works: runners under a supervisor, without HTTP. Any number of them may
 * work on one queue, beside servers that only accept jobs.
 *
 * @throws StoreOpenError, DatabaseOpenError, BucketError
 */
export async function work(config: Config, log: Logger): Promise<RunningRunners> {
  const queue = await openQueue(
    config,
    {
      onLeaseExpired: () => metrics.runners.leasesReturned('expired', 1),
      onStoreTrouble: (err) => log.warn({ event: 'storage_failed', err }),
    },
    'runner',
  );
  const runners = await openRunners(config);
  const metrics = new Metrics(queue, log, config.dataFolder);
  const supervisor = new Supervisor({ queue, config, log, metrics: metrics.runners });
  await supervisor.start();
  const stopAnnouncing = await announceRunners(runners, () => supervisor.alive, log);

  async function stop(): Promise<void> {
    log.info({ event: 'runners_stopping' });
    await supervisor.stop();
    await stopAnnouncing();
    await queue.store.close();
    log.info({ event: 'runners_stopped' });
  }
  return { stop };
}
