/**
 * Entry of a runner process: it leases images from the queue and processes them, until it is told to stop, its
 * server is gone, or it is killed. It shares nothing with the server but storage, so it may die at any moment.
 */
import { once } from 'node:events';
import sharp from 'sharp';
import { Runner } from '#queue/runner.ts';
import type { Queue } from '#queue/queue.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import type { Config } from '../config.ts';
import { createLog, type Logger } from '../log.ts';
import { createSharpCodec } from '../matting/codec.ts';
import { createOnnxRuntime } from '../matting/runtime.ts';
import { openQueue } from '../storage.ts';
import { traceImages } from '../tracing/trace-images.ts';
import { logEvents } from './log-events.ts';
import { MattingPool } from './matting-pool.ts';
import { ALIVE_SECONDS, type FromRunner, type RunnerReport, type ToRunner } from './messages.ts';
import { ownerOf } from './owner.ts';
import { createProcessor } from './processor.ts';
import { reportEvents, toAll } from './report-events.ts';
import { watchImages } from './watch-images.ts';

/** Whoever makes room on the disk need not do more: the runners go on by themselves. */
const WAIT_FOR_ROOM_SECONDS = 10;

/**
 * Of a runner that has others beside it, or one thread: it gains nothing from a second large photo in hand, which takes
 * 48 MB at 12 megapixels. One that is alone with several threads has to encode one during the inference of another.
 */
const PIXELS_IN_HAND = 12_000_000;

type Start = Extract<ToRunner, { type: 'start' }>;

function tell(message: FromRunner): void {
  // Nobody listens any more once the server is gone; that is dealt with on 'disconnect'.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

const report = (report: RunnerReport) => tell({ type: 'report', report });

async function main(): Promise<void> {
  // Ctrl-C reaches the whole group; the server decides what becomes of its runners.
  process.on('SIGINT', () => undefined);
  const [first] = (await once(process, 'message')) as [ToRunner];
  if (first.type !== 'start') return;
  const log = createLog(first.config.log).child({ runner: first.runner, pid: process.pid });
  try {
    await run(first, log);
  } catch (error) {
    log.fatal({ event: 'runner_failed', err: error }, 'The runner could not start');
    process.exitCode = 1;
  }
  process.disconnect?.();
}

async function run({ config, suspects }: Start, log: Logger): Promise<void> {
  // libvips would take all cores for each image, which the other runners have work for.
  sharp.concurrency(config.threads);
  const runtime = createOnnxRuntime({ threads: config.threads });
  const pool = new MattingPool({
    codec: createSharpCodec(),
    runtime,
    maxPixels: config.maxPixels,
    mostLoaded: config.loadedModels,
    onLoaded: ({ id: model }, seconds) => report({ kind: 'model_loaded', model, seconds }),
  });
  await pool.using(DEFAULT_MODEL.id, async () => {});
  const queue = await openQueue(
    config,
    {
      onLeaseExpired: () => report({ kind: 'lease_expired' }),
      onStoreTrouble: (err) => log.warn({ event: 'storage_failed', err }),
    },
    'runner',
  );
  const runner = createRunner(queue, pool, config, suspects, log);
  const stopped = untilStopped(runner, config);
  runner.start();
  log.info({ event: 'runner_started', runtime: runtime.name });
  tell({ type: 'ready', runtime: runtime.name });
  const sayAlive = () => tell({ type: 'alive', memoryBytes: process.memoryUsage.rss() });
  sayAlive();
  const alive = setInterval(sayAlive, ALIVE_SECONDS * 1000);
  await stopped;
  clearInterval(alive);
  await queue.store.close();
  log.info({ event: 'runner_stopped' });
}

const isAlone = ({ runners, threads }: Config) => runners === 1 && threads > 1;

function createRunner(
  queue: Queue,
  pool: MattingPool,
  config: Config,
  suspects: number,
  log: Logger,
): Runner {
  let unproved = suspects;
  const watch = watchImages(config.imageSeconds, log);
  const logged = logEvents(log, {
    began: (item) => watch.began(item),
    ended(item) {
      watch.ended(item);
      unproved -= 1;
    },
  });
  const events = toAll([logged, reportEvents(report, () => queue.now()), traceImages()]);
  return new Runner({
    queue,
    waitForRoomSeconds: WAIT_FOR_ROOM_SECONDS,
    owner: ownerOf(process.pid),
    process: createProcessor(pool, isAlone(config) ? undefined : PIXELS_IN_HAND),
    get concurrency() {
      return unproved > 0 ? 1 : config.concurrency;
    },
    events,
  });
}

/** Resolves when the runner has stopped, because it was told to or because its server is gone. */
function untilStopped(runner: Runner, config: Config): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = (how: 'finish' | 'return') => {
    runner.stop(how).then(resolve, reject);
  };
  process.on('message', (message: ToRunner) => {
    if (message.type === 'stop') stop(message.how);
  });
  process.on('SIGTERM', () => {
    stop('finish');
  });
  const onServerGone = () => {
    stop('finish');
    // Without a server nobody else would notice a runner that hangs.
    setTimeout(() => {
      stop('return');
      setTimeout(() => process.exit(1), 5000).unref();
    }, config.shutdownSeconds * 1000).unref();
  };
  process.on('disconnect', onServerGone);
  if (!process.connected) onServerGone();
  return promise;
}

await main();
