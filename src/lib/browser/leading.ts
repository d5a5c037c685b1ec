import { DEFAULT_MODEL } from '#models/registry.ts';
import type { ProcessingItem } from '#queue/job.ts';
import type { Queue } from '#queue/queue.ts';
import { Runner, type RunnerEvents } from '#queue/runner.ts';
import type { TabChannel } from './channel.ts';
import type { Departures } from './departures.ts';
import { CONCURRENCY } from './device.ts';
import type { Lead } from './leader.ts';
import { MattingClient } from './matting-worker/client.ts';
import { WORK_STAGES, type RuntimeChoice } from './matting-worker/interface.ts';
import { locateModel } from './models.ts';
import type { Engine, Progress } from './offcut.ts';
import { processWith } from './processor.ts';

const SWEEP_HOURS = 6;

export interface LeadingParts {
  readonly queue: Queue;
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
      concurrency: CONCURRENCY,
      events: voice.events,
    });
    if (parts.alone) await takeOver(parts);
    const stopSweeping = sweepNowAndThen(queue);
    runner.start();
    void warmUp(client, voice);
    await aborted(signal);
    stopSweeping();
    await runner.stop('return');
    client.close();
    voice.close();
  };
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
  readonly #silence: () => void;
  #engine: Engine = { state: 'starting' };

  constructor(channel: TabChannel) {
    this.#channel = channel;
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
    completed: (item) => this.#progress.delete(item.id),
    failed: (item, failure, retryable, cause) => {
      this.#progress.delete(item.id);
      if (retryable) console.warn(`"${item.filename}" failed: ${failure.message}`, cause);
    },
    lost: (item) => this.#progress.delete(item.id),
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
  }

  #tellStage({ id, jobId, index }: ProcessingItem, stage: string): void {
    const at = (WORK_STAGES as readonly string[]).indexOf(stage);
    const progress = { jobId, index, stage, fraction: Math.max(at, 0) / WORK_STAGES.length };
    this.#progress.set(id, progress);
    this.#channel.post({ kind: 'progress', progress });
  }
}
