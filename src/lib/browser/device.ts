import type { Hono } from 'hono';
import { v7 as newId } from 'uuid';
import { DEFAULT_FORM_LIMITS, type ReadForm } from '#queue/form.ts';
import { Queue } from '#queue/queue.ts';
import { createApp } from '#queue/routes/app.ts';
import { LEADER_LOCK } from './leader.ts';
import { listModels } from './models.ts';
import { version } from '../../../package.json';
import { openDexieStores } from './store/open.ts';

/** Images worked on at a time: a second one would wait for the same cores, and hold 50 MB of a large photo. */
export const CONCURRENCY = 1;

/** People's pictures are theirs: nothing on the device expires. */
const FOR_EVER_SECONDS = 1000 * 365 * 24 * 3600;
/**
 * Only the leader ends leases, and a new leader knows that the former one is gone. So they may be long: a tab in the
 * background gets a timer once a minute, too seldom for heartbeats of a short one.
 */
const LEASE_SECONDS = 600;

/** The queue of this device with the contract's routes over it. Page and service worker each open their own. */
export interface Device {
  readonly queue: Queue;
  readonly app: Hono;
  close(): Promise<void>;
}

export function openDevice(readForm: ReadForm): Device {
  const queue = new Queue({
    ...openDexieStores(),
    now: Date.now,
    newId,
    random: Math.random,
    policy: { leaseSeconds: LEASE_SECONDS, retentionSeconds: FOR_EVER_SECONDS },
  });
  const app = createApp({
    queue,
    version,
    readForm,
    formLimits: DEFAULT_FORM_LIMITS,
    models: listModels,
    installHint: async () => 'Open "Models" on the page and download it.',
    worker: async () => ({ running: await hasLeader(), maxConcurrent: CONCURRENCY }),
    syncTimeoutSeconds: 240,
    onError: (cause, request) => {
      console.error(`${request.method} ${new URL(request.url).pathname} failed`, cause);
    },
  });
  return { queue, app, close: () => queue.store.close() };
}

async function hasLeader(): Promise<boolean> {
  if (!('locks' in navigator)) return true;
  const { held } = await navigator.locks.query();
  return held?.some(({ name }) => name === LEADER_LOCK) ?? false;
}
