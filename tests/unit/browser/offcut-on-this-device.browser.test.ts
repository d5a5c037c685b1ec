import Dexie from 'dexie';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueError } from '#queue/errors.ts';
import { DEFAULT_FORM_LIMITS } from '#queue/form.ts';
import { jobOptions } from '#queue/options.ts';
import type { Queue } from '#queue/queue.ts';
import type { JobWire } from '#queue/wire.ts';
import { ContractClient, pageApp, readFormAtHand } from '../../../src/lib/browser/api.ts';
import { TabChannel, type TabMessage } from '../../../src/lib/browser/channel.ts';
import { Departures } from '../../../src/lib/browser/departures.ts';
import { openDevice, type Device } from '../../../src/lib/browser/device.ts';
import { listModels } from '../../../src/lib/browser/models.ts';
import { observeJobs } from '../../../src/lib/browser/jobs.ts';
import { Campaign } from '../../../src/lib/browser/leader.ts';
import { leadWith } from '../../../src/lib/browser/leading.ts';
import { DeviceEdits } from '../../../src/lib/browser/edits/device-edits.ts';
import { EditsOnDemand } from '../../../src/lib/browser/edits/edits-on-demand.ts';
import { zipItems } from '../../../src/lib/browser/zip.ts';

/*
 * A device of one tab: the real queue in the real IndexedDB, behind the real routes. `beginWork` leases as a runner
 * does; what then happens to the runner is up to the test.
 */

let device: Device;
let queue: Queue;
let client: ContractClient;

beforeEach(() => {
  device = openDevice({ createApp: pageApp, readForm: readFormAtHand, models: listModels });
  queue = device.queue;
  client = new ContractClient(device.app);
});
afterEach(async () => {
  await device.close();
  await Dexie.delete('offcut');
});

const photo = (text = 'photo') => new Blob([text], { type: 'image/jpeg' });
const submitted = async (name = 'a.jpg') => (await client.submit(photo(name), name, {})).job_id;

async function beginWork(owner: string) {
  const taken = await queue.lease(owner);
  if (taken === undefined) throw new Error('There is nothing to lease.');
  return taken.item;
}

async function complete(jobId: string): Promise<void> {
  const item = await beginWork('runner');
  expect(item.jobId).toBe(jobId);
  const result = new Blob([`cutout of ${item.filename}`], { type: 'image/png' });
  await queue.complete(item, result, { mediaType: 'image/png', width: 1, height: 1, warnings: [] });
}

describe("the contract's routes in the page", () => {
  it('take an image without any request to the network', async () => {
    const id = await submitted('photos/holiday.jpg');
    const { items, job } = await device.client.get(id);
    expect(items[0]).toMatchObject({ filename: 'holiday.jpg', state: 'pending', inputBytes: 18 });
    expect(job.options).toEqual(jobOptions.parse({}));
    const kept = await queue.blobs.get({ jobId: id, index: 0, kind: 'input' });
    expect(await kept?.text()).toBe('photos/holiday.jpg');
    const requests = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
    expect(requests.filter((path) => path.startsWith('/queue'))).toEqual([]);
  });

  it('take its options', async () => {
    const { job_id } = await client.submit(photo(), 'a.jpg', {
      format: 'webp',
      crop: true,
      background: '#fff',
    });
    const { options } = (await device.client.get(job_id)).job;
    expect(options).toMatchObject({ format: 'webp', crop: true, background: '#fff', output: 'cutout' });
  });

  it('refuse with an error that has a code and a sentence', async () => {
    const missing = '00000000-0000-7000-8000-000000000000';
    await expect(client.cancel(missing)).rejects.toBeInstanceOf(QueueError);
    await expect(client.cancel(missing)).rejects.toMatchObject({
      code: 'job_not_found',
      message: expect.stringMatching(/no job/) as string,
    });
    const large = { size: DEFAULT_FORM_LIMITS.maxFileBytes + 1 };
    await expect(client.submit(new Blob([new Uint8Array(large.size)]), 'a.jpg', {})).rejects.toMatchObject({
      code: 'file_too_large',
    });
  });

  it('cancel, retry and delete', async () => {
    const id = await submitted();
    expect((await client.cancel(id)).status).toBe('cancelled');
    expect((await client.retry(id)).status).toBe('pending');
    await client.remove(id);
    await expect(device.client.get(id)).rejects.toMatchObject({ code: 'job_not_found' });
  });
});

describe('observing jobs', () => {
  /** What a page would show: all jobs it heard of and that were not removed. */
  function shown() {
    const jobs = new Map<string, JobWire>();
    let updates = 0;
    const stop = observeJobs(device, ({ changed, removed }) => {
      updates += 1;
      for (const job of changed) jobs.set(job.id, job);
      for (const id of removed) jobs.delete(id);
    });
    return { jobs, stop, updates: () => updates };
  }

  it('tells that there are none', async () => {
    const { updates, stop } = shown();
    await expect.poll(updates).toBe(1);
    stop();
  });

  it('tells all there are, more than a page of them, and every change since, also one by another tab', async () => {
    const early = await Promise.all(Array.from({ length: 105 }, () => submitted()));
    const { jobs, stop } = shown();
    await expect.poll(() => jobs.size).toBe(105);
    const otherTab = openDevice({ createApp: pageApp, readForm: readFormAtHand, models: listModels });
    const late = (await new ContractClient(otherTab.app).submit(photo(), 'late.jpg', {})).job_id;
    await otherTab.client.cancel(early[0]);
    await otherTab.client.remove(early[1]);
    await otherTab.close();
    await expect
      .poll(() => [jobs.has(late), jobs.get(early[0])?.status, jobs.has(early[1])])
      .toEqual([true, 'cancelled', false]);
    stop();
  });
});

describe('what is chosen before a photo is added', () => {
  it('becomes edits of the whole cutout, as far as edits can do it', async () => {
    const edits = new EditsOnDemand(device, (...args) => client.submit(...args));
    const optionsOf = async (jobId: string) => (await device.client.get(jobId)).job.options;
    const look = { format: 'jpeg', background: '#00FF00', crop: true, refine: 'fast' } as const;
    const { job_id: chosen } = await edits.submit(photo(), 'a.jpg', look);
    expect(await optionsOf(chosen)).toEqual(jobOptions.parse({ refine: 'fast' }));
    expect(await edits.get({ jobId: chosen, index: 0 })).toMatchObject({
      background: { kind: 'colour', colour: '#00ff00' },
      frame: { crop: true },
      output: { format: 'jpeg' },
    });
    const { job_id: mask } = await edits.submit(photo(), 'a.jpg', { output: 'mask' });
    expect(await edits.get({ jobId: mask, index: 0 })).toMatchObject({ output: { content: 'mask' } });
    const { job_id: plain } = await edits.submit(photo(), 'a.jpg', {});
    expect(await edits.get({ jobId: plain, index: 0 })).toBeUndefined();
    // Edits know no half-transparent colours.
    const { job_id: half } = await edits.submit(photo(), 'a.jpg', { background: '#00ff0080' });
    expect(await optionsOf(half)).toMatchObject({ background: '#00ff0080' });
    await expect(edits.submit(photo(), 'a.jpg', { background: 'greenish' })).rejects.toMatchObject({
      code: 'option_invalid',
    });
    edits.close();
  });
});

describe('a zip', () => {
  it('has the results of several jobs, each under a name of its own', async () => {
    const ids = [];
    for (const name of ['cat.jpg', 'cat.jpg', 'dog.jpg']) {
      ids.push(await submitted(name));
      await complete(ids[ids.length - 1]);
    }
    ids.push(await submitted('unfinished.jpg'), '00000000-0000-7000-8000-000000000000');
    const edits = new DeviceEdits(device, () => Promise.reject(new Error('nothing is submitted')));
    const items = ids.map((jobId) => ({ jobId, index: 0 }));
    const files = unzipSync(new Uint8Array(await new Response(zipItems(edits, items)).arrayBuffer()));
    edits.close();
    const texts = Object.entries(files).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
    expect(texts).toEqual([
      ['cat.png', 'cutout of cat.jpg'],
      ['cat (2).png', 'cutout of cat.jpg'],
      ['dog.png', 'cutout of dog.jpg'],
    ]);
  });
});

describe('a new leader', () => {
  const departures = new Departures(localStorage);
  /** It loads the model first. */
  const patient = { timeout: 50_000 };
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
    localStorage.clear();
  });

  /** Resolves once the new leader has taken over and looks for work. */
  async function elect(): Promise<TabMessage[]> {
    const heard: TabMessage[] = [];
    const channel = new TabChannel();
    channel.listen((message) => heard.push(message));
    const parts = {
      db: device.db,
      queue,
      channel,
      departures,
      owner: 'me',
      choice: { prefer: 'wasm' },
      alone: true,
    } as const;
    const campaign = new Campaign(navigator.locks, leadWith(parts));
    campaign.start();
    open.push(async () => {
      await campaign.stop();
      channel.close();
    });
    return heard;
  }

  const stateOf = async (id: string) => (await device.client.get(id)).items[0];

  it('goes on with the image of a tab that was closed, which does not count as an attempt', async () => {
    const id = await submitted();
    await beginWork('closed tab');
    departures.sayGoodbye('closed tab');
    await elect();
    await expect.poll(async () => (await stateOf(id)).state, patient).toBe('failed');
    // It is no image, so its own attempt failed for good; the closed tab's took none.
    expect(await stateOf(id)).toMatchObject({ attemptsLeft: 3, failure: { code: 'image_unsupported' } });
    expect(departures.saidGoodbye('closed tab')).toBe(false);
  });

  it('gives up an image that crashed the tab three times', async () => {
    const id = await submitted();
    for (let crash = 1; crash <= 2; crash++) {
      await beginWork(`crashed tab ${String(crash)}`);
      await queue.recover(() => 'crashed');
    }
    await beginWork('crashed tab 3');
    await elect();
    await expect.poll(async () => (await stateOf(id)).state).toBe('failed');
    expect(await stateOf(id)).toMatchObject({ failure: { code: 'runner_lost' }, attempt: 3 });
  });

  it('tells a tab that asks where inference runs', async () => {
    const heard = await elect();
    const newTab = new TabChannel();
    await expect.poll(() => heard.some((message) => message.kind === 'engine')).toBe(true);
    const answered = new Promise((resolve) =>
      newTab.listen((message) => message.kind === 'engine' && resolve(message)),
    );
    newTab.post({ kind: 'ask' });
    expect(await answered).toMatchObject({ kind: 'engine' });
    newTab.close();
  });
});
