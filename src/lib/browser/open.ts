import { QueueError } from '#queue/errors.ts';
import { ContractClient, pageApp, readFormAtHand } from './api.ts';
import { TabChannel } from './channel.ts';
import { Departures, storageIfAllowed } from './departures.ts';
import { openDevice, type Device, type Opening } from './device.ts';
import { observeJobs } from './jobs.ts';
import { Campaign, LEADER_LOCK } from './leader.ts';
import { EditsOnDemand } from './edits/edits-on-demand.ts';
import { leadWith } from './leading.ts';
import { lineOf } from './line.ts';
import { ModelsOnDemand } from './models-on-demand.ts';
import type { Engine, Offcut } from './offcut.ts';
import { Observable } from './observable.ts';
import { OfflineReadiness } from './offline.ts';
import { OnDemand } from './on-demand.ts';
import { runtimeSetting } from './runtime-setting.ts';
import { DeviceStorage } from './storage/storage-desk.ts';
import { keepInMemory } from './store/in-memory.ts';
import { SyncOnDemand } from './sync/sync-on-demand.ts';

/**
 * Offcut on this device: opens the queue, stands for leader of all tabs, and registers the service worker.
 * Where the browser forbids storage, all of it is in memory and gone with the tab.
 * @throws QueueError when not even that works
 */
export async function openOffcut(): Promise<Offcut> {
  const device = await openSomewhere();
  const { queue, client: own } = device;
  const client = new ContractClient(device.app);
  const channel = new TabChannel();
  const engine = followEngine(channel);
  const campaign = standForLeader(device, channel);
  const offline = new OfflineReadiness();
  const models = new ModelsOnDemand();
  const sync = new SyncOnDemand(device, channel);
  const edits = new EditsOnDemand(
    device,
    async (file, name, options) =>
      client.submit(file, name, options, await sync.forJob(options.place, options.model)),
    (item) => sync.photo(item),
  );
  const storage = new DeviceStorage(device);
  const line = lineOf(queue.store, client);
  const thumbnails = new OnDemand(async () => {
    const { DeviceThumbnails } = await import('./thumbnails/device-thumbnails.ts');
    return new DeviceThumbnails(device, edits);
  });

  return {
    submit: (file, name, options = {}) => edits.submit(file, name, options),
    makeWay: () => channel.post({ kind: 'make-way' }),
    cancel: (jobId) => client.cancel(jobId),
    retry: (jobId) => client.retry(jobId),
    remove: async (jobId) => {
      await client.remove(jobId);
      // What stays behind is tidied up later.
      await thumbnails.get().then(
        (all) => all.forgetJob(jobId),
        () => undefined,
      );
    },
    input: async (jobId, index) =>
      (await queue.blobs.get({ jobId, index, kind: 'input' })) ?? sync.photo({ jobId, index }),
    sync,
    result: async (jobId, index) => (await own.result(jobId, index)).blob,
    zip: async (items, onEach) => (await import('./zip.ts')).zipItems(edits, items, onEach),
    thumbnail: async (of, signal) => (await thumbnails.get()).of(of, signal),
    toPng: async (picture) => (await thumbnails.get()).toPng(picture),
    line,
    observeJobs: (listener) => observeJobs(device, listener),
    observeProgress: (listener) =>
      channel.listen((message) => {
        if (message.kind === 'progress') listener(message.progress);
      }),
    observeEngine: (listener) => engine.observe(listener),
    observeOffline: (listener) => offline.observe(listener),
    models,
    edits,
    storage,
    close: async () => {
      storage.close();
      models.close();
      edits.close();
      sync.close();
      line.close();
      thumbnails.close();
      await campaign.close();
      offline.close();
      channel.close();
      await device.close();
    },
  };
}

const HERE: Opening = {
  createApp: pageApp,
  readForm: readFormAtHand,
  models: async () => (await import('./models.ts')).listModels(),
};

/** On disk, else in memory. */
async function openSomewhere(): Promise<Device> {
  const device = openDevice(HERE);
  try {
    await device.queue.store.head();
    return device;
  } catch (cause) {
    console.warn('Nothing can be stored here', cause);
    await device.close().catch(() => undefined);
    return openInMemory();
  }
}

async function openInMemory(): Promise<Device> {
  try {
    await keepInMemory();
    const device = openDevice({ ...HERE, inMemory: true });
    await device.queue.store.head();
    return device;
  } catch (cause) {
    throw new QueueError(
      'internal_error',
      'This browser lets Offcut keep images neither on this device nor in memory, and the queue needs one of them.',
      { cause },
    );
  }
}

/** Whoever leads tells where inference runs; until then it is starting, or another tab's business. */
function followEngine(channel: TabChannel): Observable<Engine> {
  const engine = new Observable<Engine>({ state: 'starting' });
  let heard = false;
  channel.listen((message) => {
    if (message.kind !== 'engine') return;
    heard = true;
    if (message.engine.state !== 'starting' || engine.value.state !== 'starting') engine.set(message.engine);
  });
  void navigator.locks?.query().then(({ held }) => {
    if (!heard && held?.some(({ name }) => name === LEADER_LOCK)) engine.set({ state: 'elsewhere' });
  });
  channel.post({ kind: 'ask' });
  return engine;
}

function standForLeader(
  { queue, inMemory, db }: Device,
  channel: TabChannel,
): { close: () => Promise<void> } {
  const owner = queue.newId();
  const storage = storageIfAllowed();
  const departures = new Departures(storage);
  const choice = runtimeSetting(new URL(location.href), storage);
  // What is in memory is this tab's alone: it leads, whoever leads the others.
  const locks = !inMemory && 'locks' in navigator ? navigator.locks : undefined;
  const alone = inMemory || locks !== undefined;
  const campaign = new Campaign(locks, leadWith({ queue, db, channel, departures, owner, choice, alone }));

  const leave = ({ persisted }: PageTransitionEvent) => {
    departures.sayGoodbye(owner);
    // In the back-forward cache a tab stands still: it must not hold the lock.
    if (persisted) void campaign.stop();
  };
  const comeBack = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    departures.takeBack(owner);
    campaign.start();
  };
  addEventListener('pagehide', leave);
  addEventListener('pageshow', comeBack);
  campaign.start();
  return {
    close: async () => {
      removeEventListener('pagehide', leave);
      removeEventListener('pageshow', comeBack);
      await campaign.stop();
    },
  };
}
