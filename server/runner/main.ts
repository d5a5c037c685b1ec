/**
 * Entry of a runner process: it leases images from the data folder and processes them, until it is told to stop, its
 * server is gone, or it is killed. It shares nothing with the server but storage, so it may die at any moment.
 */
import { once } from 'node:events';
import { Runner } from '#queue/runner.ts';
import type { Queue } from '#queue/queue.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import type { Config } from '../config.ts';
import { createLog, type Logger } from '../log.ts';
import { createSharpCodec } from '../matting/codec.ts';
import { createOnnxRuntime } from '../matting/runtime.ts';
import { openQueue } from '../storage.ts';
import { logEvents } from './log-events.ts';
import { MattingPool } from './matting-pool.ts';
import { ALIVE_SECONDS, type FromRunner, type ToRunner } from './messages.ts';
import { ownerOf } from './owner.ts';
import { createProcessor } from './processor.ts';
import { watchImages } from './watch-images.ts';

type Start = Extract<ToRunner, { type: 'start' }>;

function tell(message: FromRunner): void {
  // Nobody listens any more once the server is gone; that is dealt with on 'disconnect'.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

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
  const runtime = createOnnxRuntime({ threads: config.threads });
  const pool = new MattingPool({
    codec: createSharpCodec(),
    runtime,
    maxPixels: config.maxPixels,
    mostLoaded: config.loadedModels,
  });
  await pool.using(DEFAULT_MODEL.id, async () => {});
  const queue = await openQueue(config);
  const runner = createRunner(queue, pool, config, suspects, log);
  const stopped = untilStopped(runner, config);
  runner.start();
  log.info({ event: 'runner_started', runtime: runtime.name });
  tell({ type: 'ready', runtime: runtime.name });
  const alive = setInterval(() => tell({ type: 'alive' }), ALIVE_SECONDS * 1000);
  await stopped;
  clearInterval(alive);
  await queue.store.close();
  log.info({ event: 'runner_stopped' });
}

function createRunner(
  queue: Queue,
  pool: MattingPool,
  config: Config,
  suspects: number,
  log: Logger,
): Runner {
  let unproved = suspects;
  const watch = watchImages(config.imageSeconds, log);
  const events = logEvents(log, {
    began: (item) => watch.began(item),
    ended(item) {
      watch.ended(item);
      unproved -= 1;
    },
  });
  return new Runner({
    queue,
    owner: ownerOf(process.pid),
    process: createProcessor(pool),
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
