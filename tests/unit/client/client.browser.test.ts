/** The client in Chromium, against the contract's own routes over IndexedDB. tests/server/sdk.test.ts has the rest. */
import Dexie from 'dexie';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient, OffcutError, type OffcutClient } from '#client/index.ts';
import { createApp } from '#queue/routes/app.ts';
import { openDevice, type Device } from '../../../src/lib/browser/device.ts';
import { listModels } from '../../../src/lib/browser/models.ts';
import { readFormAtHand } from '../../../src/lib/browser/api.ts';

let device: Device;
let offcut: OffcutClient;

beforeEach(() => {
  device = openDevice({ createApp, readForm: readFormAtHand, models: listModels });
  offcut = createClient({
    baseUrl: location.origin,
    fetch: async (url, init) => device.app.fetch(new Request(url, init)),
  });
});
afterEach(async () => {
  await device.close();
  await Dexie.delete('offcut');
});

/** Does the next image, as a runner would. */
async function workOnce(): Promise<void> {
  const taken = await device.queue.lease('runner');
  if (taken === undefined) throw new Error('There is nothing to lease.');
  const blob = new Blob([`cutout of ${taken.item.filename}`], { type: 'image/png' });
  await device.queue.complete(taken.item, blob, {
    mediaType: 'image/png',
    width: 1,
    height: 1,
    warnings: [],
  });
}

it('sends, watches and reads a job', async () => {
  const { job_id: id } = await offcut.submit([
    new File(['a'], 'a.jpg', { type: 'image/jpeg' }),
    { blob: new Blob(['b']), name: 'b.jpg' },
  ]);
  const processed: number[] = [];
  let work: Promise<void> | undefined;
  for await (const { progress } of offcut.watch(id)) {
    processed.push(progress.processed);
    work ??= workOnce().then(workOnce);
  }
  await work;
  expect(processed).toEqual(processed.toSorted());
  expect([processed[0], processed.at(-1)]).toEqual([0, 2]);
  const texts: string[] = [];
  for await (const { filename, blob } of offcut.results(id))
    texts.push(`${filename}: ${await (await blob()).text()}`);
  expect(texts).toEqual(['a.png: cutout of a.jpg', 'b.png: cutout of b.jpg']);
  expect((await offcut.list()).total).toBe(1);
});

it('throws what the routes refuse, and the reason of a signal', async () => {
  const error = await offcut.submit([]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OffcutError);
  expect(error).toMatchObject({ status: 400 });
  const { job_id: id } = await offcut.submit(new Blob(['a']));
  const leaving = new AbortController();
  const watching = offcut.wait(id, { signal: leaving.signal, onProgress: () => leaving.abort('gone') });
  await expect(watching).rejects.toBe('gone');
  expect((await offcut.cancel(id)).status).toBe('cancelled');
});
