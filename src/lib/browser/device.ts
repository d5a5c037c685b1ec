import type { Hono } from 'hono';
import { v7 as newId } from 'uuid';
import { DEFAULT_MODEL } from '#models/default.ts';
import { DEFAULT_FORM_LIMITS, type ReadForm } from '#queue/form.ts';
import type { ClientQueue } from '#queue/client-queue.ts';
import { Queue } from '#queue/queue.ts';
import type { Routes } from '#queue/routes/app-of.ts';
import type { RoutesHost } from '#queue/routes/host.ts';
import { LEADER_LOCK } from './leader.ts';
import { isEmbedded } from './default-model.ts';
import { imagesAtATime } from './images-at-a-time.ts';
import { version } from '../../../package.json';
import type { OffcutDatabase } from './store/database.ts';
import { openDexieStores } from './store/open.ts';
import { serverModelsFor } from './sync/for-server.ts';
import { OwnQueue } from './sync/own-queue.ts';

/** People's pictures are theirs: nothing on the device expires. */
const FOR_EVER_SECONDS = 1000 * 365 * 24 * 3600;
/**
 * Only the leader ends leases, and a new leader knows that the former one is gone. So they may be long: a tab in the
 * background gets a timer once a minute, too seldom for heartbeats of a short one.
 */
const LEASE_SECONDS = 600;

/** The queue of this device with routes of the contract over it. Page and service worker each open their own. */
export interface Device {
  readonly queue: Queue;
  /** The queue as the page and other clients on this device may use it. */
  readonly client: ClientQueue;
  readonly app: Hono;
  readonly db: OffcutDatabase;
  /** Nothing is stored: the browser forbids it, and all goes with the tab. */
  readonly inMemory: boolean;
  close(): Promise<void>;
}

export interface Opening {
  /** Of the contract's routes, those that this host needs. */
  readonly createApp: Routes;
  readonly readForm: ReadForm;
  readonly models: RoutesHost['models'];
  readonly inMemory?: boolean;
}

export function openDevice({ createApp, readForm, models, inMemory = false }: Opening): Device {
  const { db, store, blobs } = openDexieStores();
  const queue = new Queue({
    store,
    blobs,
    now: Date.now,
    newId,
    random: Math.random,
    policy: { leaseSeconds: LEASE_SECONDS, retentionSeconds: FOR_EVER_SECONDS },
  });
  const client = new OwnQueue({ queue, db, forServer: false });
  const toServer = new OwnQueue({ queue, db, forServer: true });
  const app = createApp({
    queue,
    clientOf: (request) => (serverModelsFor(request) === undefined ? client : toServer),
    version,
    readForm,
    formLimits: DEFAULT_FORM_LIMITS,
    models: async (request) => (request && serverModelsFor(request)) ?? models(),
    usualModel: isEmbedded(DEFAULT_MODEL) ? DEFAULT_MODEL.id : undefined,
    installHint: async () => 'Open "Models" on the page and download it.',
    worker: async () => ({ running: await hasLeader(), maxConcurrent: imagesAtATime() }),
    syncTimeoutSeconds: 240,
    onError: (cause, request) => {
      console.error(`${request.method} ${new URL(request.url).pathname} failed`, cause);
    },
  });
  return { queue, client, app, db, inMemory, close: () => queue.store.close() };
}

async function hasLeader(): Promise<boolean> {
  if (!('locks' in navigator)) return true;
  const { held } = await navigator.locks.query();
  return held?.some(({ name }) => name === LEADER_LOCK) ?? false;
}
