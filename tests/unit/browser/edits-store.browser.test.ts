import Dexie from 'dexie';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Edits, NO_EDITS, type Stroke } from '#matting/edits/edits.ts';
import { ContractClient, pageApp, readFormAtHand } from '../../../src/lib/browser/api.ts';
import { openDevice, type Device } from '../../../src/lib/browser/device.ts';
import { listModels } from '../../../src/lib/browser/models.ts';
import { EditsStore } from '../../../src/lib/browser/edits/edits-store.ts';

/* The real queue in the real IndexedDB; edits beside its jobs. */

const HOUR = 3600_000;
let device: Device;
let store: EditsStore;
let client: ContractClient;
let now = 0;

beforeEach(() => {
  device = openDevice({ createApp: pageApp, readForm: readFormAtHand, models: listModels });
  now = 1_000;
  store = new EditsStore(device.db, () => now);
  client = new ContractClient(device.app);
});
afterEach(async () => {
  store.close();
  await device.close();
  await Dexie.delete('offcut');
});

async function added(name: string) {
  const { job_id } = await client.submit(new Blob([name], { type: 'image/jpeg' }), name, {});
  return { jobId: job_id, index: 0 };
}
const blue: Edits = { ...NO_EDITS, background: { kind: 'colour', colour: '#0000ff' } };
const stroke: Stroke = { id: 's', mode: 'erase', radius: 4, hardness: 1, snap: 0, points: [1, 2, 1] };
const onPicture = (picture: string): Edits => ({
  ...NO_EDITS,
  background: { kind: 'picture', picture, fit: 'cover' },
});

describe('edits', () => {
  it('are kept, replaced, and dropped once they change nothing', async () => {
    const item = await added('a.jpg');
    await store.change([item], () => blue);
    expect((await store.get(item))?.edits).toEqual(blue);
    const first = (await store.edited()).get(`${item.jobId}/0`) ?? 0;
    await store.change([item], () => ({ ...blue, strokes: [stroke] }));
    // Newer even when the clock stands still.
    expect((await store.edited()).get(`${item.jobId}/0`)).toBeGreaterThan(first);
    await store.change([item], () => NO_EDITS);
    expect(await store.get(item)).toBeUndefined();
    expect((await store.edited()).size).toBe(0);
  });

  it('of several images change together or not at all', async () => {
    const [a, b] = [await added('a.jpg'), await added('b.jpg')];
    const gone = { jobId: 'no-such-job', index: 0 };
    await expect(store.change([a, gone, b], () => blue)).rejects.toThrow(/deleted/);
    expect((await store.edited()).size).toBe(0);
    expect(await store.change([a, b], () => blue)).toEqual([undefined, undefined]);
    expect((await store.edited()).size).toBe(2);
  });

  it('are told to all who watch, and go with their job', async () => {
    const [a, b] = [await added('a.jpg'), await added('b.jpg')];
    const elsewhere = new EditsStore(device.db);
    const told = new Promise<void>((resolve) => void elsewhere.watch(resolve));
    await store.change([a, b], () => blue);
    await told;
    elsewhere.close();
    await client.cancel(a.jobId);
    await client.remove(a.jobId);
    expect([...(await store.edited()).keys()]).toEqual([`${b.jobId}/0`]);
  });

  it('forget their rendering when they change', async () => {
    const item = await added('a.jpg');
    await store.change([item], () => blue);
    const { updatedAt = 0 } = (await store.get(item)) ?? {};
    await store.keepPreview(item, updatedAt, new Blob(['preview']));
    expect((await store.get(item))?.preview?.size).toBe(7);
    await store.change([item], () => ({ ...blue, shadow: { strength: 1, blur: 0, x: 0, y: 0 } }));
    await store.keepPreview(item, updatedAt, new Blob(['too late']));
    expect((await store.get(item))?.preview).toBeUndefined();
  });

  it('refuse what no version could read back', async () => {
    const item = await added('a.jpg');
    const broken: Edits = { ...blue, background: { kind: 'colour', colour: 'red' } };
    await expect(store.change([item], () => broken)).rejects.toThrow(/cannot be kept.*"red"/);
  });
});

it('background images stay while edits use them, and go some time after', async () => {
  const item = await added('a.jpg');
  await store.addPicture('used', new Blob(['used']));
  await store.addPicture('unused', new Blob(['unused']));
  await store.change([item], () => onPicture('used'));
  now += HOUR / 2;
  await store.addPicture('third', new Blob(['third']));
  expect(await store.picture('unused')).toBeDefined();
  now += HOUR;
  await store.addPicture('fourth', new Blob(['fourth']));
  expect(await store.picture('unused')).toBeUndefined();
  expect(await (await store.picture('used'))?.text()).toBe('used');
});
