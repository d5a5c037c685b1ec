import { setTimeout } from 'node:timers/promises';
import { requireDoors } from './access/doors.ts';
import { createApi } from './api.ts';
import type { Config } from './config.ts';
import { listen } from './http/listen.ts';
import { headroomOf } from './limits/headroom.ts';
import type { Logger } from './log.ts';
import { Metrics } from './metrics/metrics.ts';
import { checkAliases } from './models/list.ts';
import { createReadiness } from './readiness.ts';
import { startRetention } from './retention.ts';
import { announceRunners } from './runner/announce.ts';
import { Supervisor } from './runner/supervisor.ts';
import { openKeys, openQueue, openRates, openRunners, openUploads } from './storage.ts';
import { Uploads } from './uploads/uploads.ts';
import { deliveriesOf } from './webhooks/open.ts';

export interface RunningServer {
  /** The one that it really listens on. */
  readonly port: number;
  /** Finishes or gives back what is in hand, and ends every connection. */
  stop(): Promise<void>;
}

/**
 * The composition root: storage, runners, retention and HTTP, started in that order, so that what is answered can be
 * worked on, and stopped the other way round.
 *
 * @throws ConfigError, ListenError, OpenServerError
 */
export async function serve(config: Config, log: Logger): Promise<RunningServer> {
  await checkAliases(config.modelAliases);
  const keys = await openKeys(config);
  await requireDoors(config, keys);
  const queue = await openQueue(config, {
    onLeaseExpired: () => metrics.runners.leasesReturned('expired', 1),
    onStoreTrouble: (err) => log.warn({ event: 'storage_failed', err }),
  });
  const runners = await openRunners(config);
  const rates = await openRates(config);
  const metrics = new Metrics(queue, log, config.dataFolder);
  const supervisor = new Supervisor({ queue, config, log, metrics: metrics.runners });
  const closing = new AbortController();
  let draining = false;
  const running = () => supervisor.running;
  const missing = createReadiness({
    queue,
    blobsFolder: config.blobs.kind === 'disk' ? config.blobs.folder : undefined,
    minFreeBytes: config.minFreeBytes,
    needsRunner: config.runners > 0,
    running,
    draining: () => draining,
  });
  const uploadStore = await openUploads(config);
  const uploads = new Uploads({
    store: uploadStore,
    queue,
    config,
    headroom: headroomOf(config),
    closing: closing.signal,
  });
  const api = createApi({
    config,
    queue,
    keys,
    uploads,
    rates,
    log,
    metrics,
    missing,
    runners,
    closing: closing.signal,
  });
  // Before the runners: a port in use is found out at once.
  const http = await listen(api, config, log, metrics.http);
  await supervisor.start();
  const stopAnnouncing = await announceRunners(runners, () => supervisor.alive, log);
  const deliveries = deliveriesOf({ config, queue, keys, log });
  deliveries.start();
  const stopRetention = startRetention(queue, uploads, log);

  async function stop(): Promise<void> {
    log.info({ event: 'server_stopping', drainSeconds: config.drainSeconds });
    // Load balancers hear of it first, and send what comes to others, before a connection is refused.
    draining = true;
    await setTimeout(config.drainSeconds * 1000);
    closing.abort();
    await Promise.all([
      http.close(config.shutdownSeconds),
      supervisor.stop(),
      stopRetention(),
      deliveries.stop(config.shutdownSeconds),
    ]);
    await stopAnnouncing();
    await Promise.all([queue.store.close(), keys.close(), uploadStore.close(), rates.close()]);
    log.info({ event: 'server_stopped' });
  }
  return { port: http.port, stop };
}
