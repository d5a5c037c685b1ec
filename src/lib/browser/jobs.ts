import type { ClientQueue } from '#queue/client-queue.ts';
import type { Change, ListPosition } from '#queue/store.ts';
import { watchSteps } from '#queue/watching.ts';
import type { Device } from './device.ts';
import { macrotask } from './macrotask.ts';
import type { JobsUpdate } from './offcut.ts';
import type { Unsubscribe } from './observable.ts';
import { toDeviceJob } from './sync/place-view.ts';

const PAGE = 100;

type Listener = (update: JobsUpdate) => void;
type Jobs = Pick<Device, 'queue' | 'client'>;

/** First all jobs, newest first, then every change by anyone on this device. */
export function observeJobs(device: Jobs, listener: Listener): Unsubscribe {
  const stop = new AbortController();
  const { signal } = stop;
  void follow(device, listener, signal).catch((cause: unknown) => {
    if (!signal.aborted) console.error('The jobs can no longer be followed', cause);
  });
  return () => {
    stop.abort();
  };
}

async function follow({ queue, client }: Jobs, listener: Listener, signal: AbortSignal): Promise<void> {
  // Before the list: what changes while it is read is told again afterwards.
  let since = await queue.store.head();
  await tellAll(client, listener, signal);
  for await (const step of watchSteps(queue.store, { signal, idleSeconds: 60 })) {
    void step;
    since = await tellChanges(client, since, listener, signal);
  }
}

/** At least one call, so that an empty queue is known to be empty. */
async function tellAll(client: ClientQueue, listener: Listener, signal: AbortSignal): Promise<void> {
  let after: ListPosition | undefined;
  do {
    const { jobs, hasMore } = await client.list({ limit: PAGE, after });
    if (signal.aborted) return;
    listener({ changed: jobs.map(toDeviceJob), removed: [] });
    const last = jobs.at(-1)?.job;
    after = hasMore && last !== undefined ? { createdAt: last.createdAt, id: last.id } : undefined;
  } while (after !== undefined);
}

async function tellChanges(
  client: ClientQueue,
  from: number,
  listener: Listener,
  signal: AbortSignal,
): Promise<number> {
  let since = from;
  for (;;) {
    const changes = await client.changes(since, PAGE);
    if (changes.length === 0) return since;
    // Reading and drawing are a task each: together they would keep the page from the user for twice as long.
    await macrotask();
    if (signal.aborted) return since;
    listener(toUpdate(changes));
    since = changes.at(-1)?.sequence ?? since;
    if (changes.length < PAGE) return since;
  }
}

function toUpdate(changes: readonly Change[]): JobsUpdate {
  return {
    changed: changes.flatMap((change) => (change.kind === 'changed' ? [toDeviceJob(change.job)] : [])),
    removed: changes.flatMap((change) => (change.kind === 'removed' ? [change.jobId] : [])),
  };
}
