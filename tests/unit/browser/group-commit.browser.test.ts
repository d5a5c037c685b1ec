import Dexie from 'dexie';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClientQueue } from '#queue/client-queue.ts';
import { QueueError } from '#queue/errors.ts';
import { LOCAL_TENANT } from '#queue/job.ts';
import { jobOptions } from '#queue/options.ts';
import { ContractClient, pageApp, readFormAtHand } from '../../../src/lib/browser/api.ts';
import { openDevice, type Device } from '../../../src/lib/browser/device.ts';
import { listModels } from '../../../src/lib/browser/models.ts';

/* What many submissions write at about the same time, in the real IndexedDB. */

let device: Device;
const opened = vi.spyOn(IDBDatabase.prototype, 'transaction');
const photo = (name: string) => new Blob([name], { type: 'image/jpeg' });
const names = Array.from({ length: 20 }, (_, at) => `${String(at)}.jpg`);

beforeEach(async () => {
  device = openDevice({ createApp: pageApp, readForm: readFormAtHand, models: listModels });
  await device.queue.store.head();
});
afterAll(() => opened.mockRestore());
afterEach(async () => {
  await device.close();
  await Dexie.delete('offcut');
});

async function submitAll(): Promise<void> {
  const client = new ContractClient(device.app);
  await Promise.all(names.map((name) => client.submit(photo(name), name, {})));
}

async function namesInOrder(): Promise<string[]> {
  const { jobs } = await device.client.list({ limit: 100 });
  return jobs.flatMap(({ items }) => items.map(({ filename }) => filename)).reverse();
}

test('waits for the disk a few times, and not twice for each', async () => {
  opened.mockClear();
  await submitAll();
  const strict = opened.mock.calls.filter(([, mode, options]) => {
    return mode === 'readwrite' && options?.durability === 'strict';
  });
  expect(strict.length).toBeGreaterThanOrEqual(2);
  expect(strict.length).toBeLessThanOrEqual(4);
});

test('is there when each is answered, in their order', async () => {
  await submitAll();
  expect(await namesInOrder()).toEqual(names);
  const { jobs } = await device.client.list({ limit: 100 });
  for (const { job } of jobs) {
    expect(await device.queue.blobs.get({ jobId: job.id, index: 0, kind: 'input' })).toBeDefined();
  }
});

test('of one that is refused is taken back, and of no other', async () => {
  const full = new QueueError('queue_full', 'No.');
  const submit = (client: ClientQueue, name: string) =>
    client.submit({
      jobId: device.queue.newId(),
      files: [{ filename: name, mediaType: 'image/jpeg', bytes: 1 }],
      model: 'u2netp',
      options: jobOptions.parse({}),
      priority: 0,
      idempotencyKey: null,
    });
  const refusing = new ClientQueue(device.queue, LOCAL_TENANT, () => {
    throw full;
  });
  const outcomes = await Promise.allSettled([
    submit(device.client, 'a'),
    submit(refusing, 'b'),
    submit(device.client, 'c'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: full });
  expect(await namesInOrder()).toEqual(['a', 'c']);
});
