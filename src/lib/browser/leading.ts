import { DEFAULT_MODEL } from '#models/default.ts';
import type { ProcessingItem } from '#queue/job.ts';
import type { Queue } from '#queue/queue.ts';
import { Runner, type RunnerEvents } from '#queue/runner.ts';
import type { TabChannel } from './channel.ts';
import type { Departures } from './departures.ts';
import { imagesAtATime } from './images-at-a-time.ts';
import { InGroups } from './in-groups.ts';
import type { Lead } from './leader.ts';
import { locateModel } from './locate-model.ts';
import { MattingClient } from './matting-worker/client.ts';
import { hasSimd } from './matting-worker/simd.ts';
import { WORK_STAGES, type RuntimeChoice } from './matting-worker/interface.ts';
import type { Engine, Progress } from './offcut.ts';
import { processWith } from './processor.ts';
import type { OffcutDatabase } from './store/database.ts';
import { connectionOf } from './sync/connection.ts';
import { whenIdle } from './when-idle.ts';

const SWEEP_HOURS = 6;
/** Between two tellings of progress: most stages are shorter. */
const PROGRESS_MILLIS = 150;

const UNSUPPORTED: Engine = {
  state: 'failed',
  code: 'runtime_unsupported',
  message:
    'This browser can run models neither on the graphics card nor by WebAssembly with SIMD, so no backgrounds are removed here. Images that you add wait; results that are here can be viewed, edited and downloaded. Any browser of the last two years does it, and so does an Offcut server.',
};

export interface LeadingParts {
  readonly queue: Queue;
  readonly db: OffcutDatabase;
  readonly channel: TabChannel;
  readonly departures: Departures;
  /** Of this tab. */
  readonly owner: string;
  readonly choice: RuntimeChoice;
  /** False where there are no Web Locks: then other owners may be alive, and their leases have to run out. */
  readonly alone: boolean;
}

/** What the leader tab does: takes over what former leaders left, works on the queue, and tells the other tabs. */
export function leadWith(parts: LeadingParts): Lead {
  return async (signal) => {
    const { queue, owner, channel } = parts;
    const voice = new LeaderVoice(channel);
    const client = new MattingClient({
      startWorker,
      choice: parts.choice,
      onEngine: (engine) => {
        voice.tellEngine(engine);
      },
    });
    const runner = new Runner({
      queue,
      owner,
      process: processWith(client),
      concurrency: imagesAtATime(),
      events: voice.events,
    });
    if (parts.alone) await takeOver(parts);
    const stopSweeping = sweepNowAndThen(queue);
    // Images wait rather than fail one by one: nothing is wrong with them.
    if (hasSimd()) {
      runner.start();
      void whenIdle().then(() => (signal.aborted ? undefined : warmUp(client, voice)));
    } else voice.tellEngine(UNSUPPORTED);
    void syncIfConnected(parts, signal);
    await aborted(signal);
    stopSweeping();
    await runner.stop('return');
    client.close();
    voice.close();
  };
}

/** What syncs is loaded when a server is connected: now, or later by any tab. */
async function syncIfConnected({ db, channel }: LeadingParts, signal: AbortSignal): Promise<void> {
  const lead = async () => {
    silence();
    if (!signal.aborted) await (await import('./sync/lead-sync.ts')).leadSync(db, channel, signal);
  };
  const fail = (cause: unknown) => {
    console.error('Sync could not be started', cause);
  };
  const silence = channel.listen(({ kind }) => {
    if (kind === 'sync-settings') lead().catch(fail);
  });
  if ((await connectionOf(db).catch(fail)) !== undefined) await lead().catch(fail);
}

/** A model that is not installed is told like one that fails to load; its jobs say so as well. */
async function warmUp(client: MattingClient, voice: LeaderVoice): Promise<void> {
  try {
    await client.warmUp(await locateModel(DEFAULT_MODEL.id));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    voice.tellEngine({ state: 'failed', code: 'model_unavailable', message });
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./matting-worker/matting.worker.ts', import.meta.url), {
    type: 'module',
    name: 'offcut-matting',
  });
}

/** The lock proves that every other owner of a lease is gone. */
async function takeOver({ queue, owner, departures }: LeadingParts): Promise<void> {
  await queue.recover((other) => {
    if (other === owner) return 'alive';
    return departures.saidGoodbye(other) ? 'left' : 'crashed';
  });
  departures.forgetAllBut(owner);
}

function sweepNowAndThen(queue: Queue): () => void {
  const sweep = () => {
    queue.sweep().catch((cause: unknown) => {
      console.error('Cleaning up failed', cause);
    });
  };
  sweep();
  const timer = setInterval(sweep, SWEEP_HOURS * 3600 * 1000);
  return () => {
    clearInterval(timer);
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => {
    resolve();
  });
  return promise;
}

/** Tells all tabs what the leader is at, and a tab that asks where things stand. */
class LeaderVoice {
  readonly #channel: TabChannel;
  readonly #progress = new Map<string, Progress>();
  readonly #toTell: InGroups<Progress>;
  readonly #silence: () => void;
  #engine: Engine = { state: 'starting' };

  constructor(channel: TabChannel) {
    this.#channel = channel;
    this.#toTell = new InGroups(PROGRESS_MILLIS, (progress) => {
      channel.post({ kind: 'progress', progress });
    });
    this.#silence = channel.listen(({ kind }) => {
      if (kind !== 'ask') return;
      this.tellEngine(this.#engine);
      for (const progress of this.#progress.values()) channel.post({ kind: 'progress', progress });
    });
    this.tellEngine(this.#engine);
  }

  readonly events: RunnerEvents = {
    stage: (item, stage) => {
      this.#tellStage(item, stage);
    },
    completed: (item) => {
      this.#end(item);
    },
    failed: (item, failure, retryable, cause) => {
      this.#end(item);
      if (retryable) console.warn(`"${item.filename}" failed: ${failure.message}`, cause);
    },
    lost: (item) => {
      this.#end(item);
    },
    broken: (cause) => {
      console.error('The queue could not be used; trying again', cause);
    },
  };

  tellEngine(engine: Engine): void {
    this.#engine = engine;
    this.#channel.post({ kind: 'engine', engine });
  }

  close(): void {
    this.#silence();
    this.#toTell.close();
  }

  #end({ id }: ProcessingItem): void {
    this.#progress.delete(id);
    this.#toTell.drop(id);
  }

  #tellStage({ id, jobId, index }: ProcessingItem, stage: string): void {
    const at = (WORK_STAGES as readonly string[]).indexOf(stage);
    const progress = { jobId, index, stage, fraction: Math.max(at, 0) / WORK_STAGES.length };
    this.#progress.set(id, progress);
    this.#toTell.put(id, progress);
  }
}
