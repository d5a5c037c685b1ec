import { QueueError } from '#queue/errors.ts';
import { ContractClient, readFormAtHand } from './api.ts';
import { TabChannel } from './channel.ts';
import { Departures, storageIfAllowed } from './departures.ts';
import { openDevice, type Device } from './device.ts';
import { observeJobs } from './jobs.ts';
import { Campaign, LEADER_LOCK } from './leader.ts';
import { leadWith } from './leading.ts';
import { ModelShelf } from './model-shelf.ts';
import type { Engine, Offcut } from './offcut.ts';
import { Observable } from './observable.ts';
import { OfflineReadiness } from './offline.ts';
import { runtimeSetting } from './runtime-setting.ts';
import { zipResults } from './zip.ts';

/**
 * Offcut on this device: opens the queue, stands for leader of all tabs, and registers the service worker.
 * @throws QueueError when the browser gives no storage
 */
export async function openOffcut(): Promise<Offcut> {
  const device = openDevice(readFormAtHand);
  const { queue } = device;
  await requireStorage(device);
  const client = new ContractClient(device.app);
  const channel = new TabChannel();
  const engine = followEngine(channel);
  const campaign = standForLeader(device, channel);
  const offline = new OfflineReadiness();
  const models = new ModelShelf();

  return {
    submit: async (file, name, options = {}) => {
      const answer = await client.submit(file, name, options);
      askToKeep();
      return answer;
    },
    cancel: (jobId) => client.cancel(jobId),
    retry: (jobId) => client.retry(jobId),
    remove: (jobId) => client.remove(jobId),
    input: (jobId, index) => queue.blobs.get({ jobId, index, kind: 'input' }),
    result: async (jobId, index) => (await queue.result(jobId, index)).blob,
    zip: (jobIds) => zipResults(queue, jobIds),
    observeJobs: (listener) => observeJobs(queue, listener),
    observeProgress: (listener) =>
      channel.listen((message) => {
        if (message.kind === 'progress') listener(message.progress);
      }),
    observeEngine: (listener) => engine.observe(listener),
    observeOffline: (listener) => offline.observe(listener),
    models,
    close: async () => {
      models.close();
      await campaign.close();
      offline.close();
      channel.close();
      await device.close();
    },
  };
}

/** Reads from the store once, while it can still be said that there is none. */
async function requireStorage(device: Device): Promise<void> {
  try {
    await device.queue.store.head();
  } catch (cause) {
    await device.close().catch(() => undefined);
    throw new QueueError(
      'internal_error',
      'This browser lets Offcut store nothing on this device (it has no IndexedDB, or forbids it), and the queue needs that.',
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

function standForLeader({ queue }: Device, channel: TabChannel): { close: () => Promise<void> } {
  const owner = queue.newId();
  const storage = storageIfAllowed();
  const departures = new Departures(storage);
  const choice = runtimeSetting(new URL(location.href), storage);
  const locks = 'locks' in navigator ? navigator.locks : undefined;
  const alone = locks !== undefined;
  const campaign = new Campaign(locks, leadWith({ queue, channel, departures, owner, choice, alone }));

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

let asked = false;

/** Once there is something to lose: browsers then keep it when room gets scarce. Some ask the user. */
function askToKeep(): void {
  if (asked) return;
  asked = true;
  navigator.storage?.persist?.().catch(() => undefined);
}
