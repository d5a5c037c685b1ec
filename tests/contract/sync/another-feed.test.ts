/** A server that was restored, emptied, or forgot; and two readers of one feed. See docs/sync.md. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { stateOf } from '#queue/job.ts';
import type { ChangesWire } from '#queue/wire.ts';
import { keepInMemory } from '../../../src/lib/browser/store/in-memory.ts';
import { Play } from './play.ts';
import { newSqliteStorage } from './sqlite-storage.ts';

let plays = 0;

beforeEach(keepInMemory);

async function scene() {
  const storage = await newSqliteStorage();
  const play = new Play(storage, (plays += 1));
  await play.server.start();
  onTestFinished(async () => {
    await play.close();
    await storage.dispose();
  });
  const [device, other] = play.devices;
  return { play, storage, device, other };
}

const states = async (device: Play['devices'][0]) =>
  Object.fromEntries((await device.jobs()).map(({ job }) => [job.id, stateOf(job)]));

test('a server that lost everything is sent again what was not done; what is done stays with who has it', async () => {
  const { play, storage, device, other } = await scene();
  const done = await device.submit(['done']);
  await device.pass();
  await play.server.work(true);
  await device.pass();
  const open = await device.submit(['open']);
  await device.pass();
  await other.pass();
  await storage.dispose();
  await play.server.start();
  await other.pass();
  // The photo is on the first device, which sends it again; the other one hears of it then.
  expect(await states(other)).toEqual({ [done]: 'completed' });
  await device.pass();
  expect((await play.server.jobs()).map(({ job }) => job.idempotency?.key)).toEqual([open]);
  await play.heal();
  expect(await states(device)).toEqual({ [done]: 'completed', [open]: 'completed' });
  expect(await states(other)).toEqual({ [done]: 'completed', [open]: 'completed' });
});

test('a job that was deleted before the server was brought back to an earlier state is deleted again', async () => {
  const { play, device } = await scene();
  const id = await device.submit(['unwanted']);
  await device.pass();
  await device.act('remove', id);
  await device.pass();
  expect(await play.server.jobs()).toEqual([]);
  // As a backup has it: the job is there again, under the same key, in another history.
  const form = new FormData();
  form.append('images', new Blob(['unwanted']), 'unwanted.jpg');
  await play.server.handle(
    new Request('http://server.test/queue/submit', {
      method: 'POST',
      body: form,
      headers: { 'idempotency-key': id },
    }),
  );
  await device.pass();
  await device.pass();
  expect(await play.server.jobs()).toEqual([]);
  expect(await device.jobs()).toEqual([]);
});

test('what the server forgot before its result came has failed, and a retry sends it again', async () => {
  const { play, device } = await scene();
  const id = await device.submit(['slow']);
  await device.pass();
  await play.server.work(true);
  await play.perform({ do: 'time goes by' });
  await device.pass();
  const [failed] = await device.jobs();
  expect(failed?.items[0]).toMatchObject({ state: 'failed', failure: { code: 'server_forgot' } });
  expect(await device.act('retry', id)).toBe(true);
  await play.heal();
  expect(await states(device)).toEqual({ [id]: 'completed' });
});

test('a deletion that was forgotten before any of the feed was read is not missed', async () => {
  const { play, device } = await scene();
  const id = await device.submit(['unlucky']);
  // It is sent, and the feed is not asked again before all is over.
  await device.pass({ faults: ['none', 'none', 'request lost'], crashAt: undefined });
  const [sent] = await play.server.jobs();
  expect(await device.store.cursor()).toMatchObject({ since: 0 });
  await play.server.client.remove(sent?.job.id ?? '');
  await play.perform({ do: 'time goes by' });
  await device.pass();
  const [failed] = await device.jobs();
  expect(failed?.job.id).toBe(id);
  expect(failed?.items[0]).toMatchObject({ state: 'failed', failure: { code: 'server_forgot' } });
});

test('a page that was asked for before somebody else read on changes nothing', async () => {
  const { play, device } = await scene();
  await device.submit(['one']);
  await device.pass();
  const asked = await device.store.cursor();
  const stale = await changesSince(play, asked.since);
  await play.server.work(true);
  await device.pass();
  const before = await device.jobs();
  expect(before.map(({ job }) => stateOf(job))).toEqual(['completed']);
  const old: ChangesWire = { ...stale, changes: [], next_since: 0 };
  expect(await device.store.apply(asked, old)).toBe(false);
  expect(await device.store.cursor()).toMatchObject({ since: (await play.server.queue.store.feed()).head });
  expect(await device.jobs()).toEqual(before);
});

test('results of another device that are too large to come by themselves come when they are asked for', async () => {
  const { play, device, other } = await scene();
  const id = await device.submit(['large']);
  await device.pass();
  await play.server.work(true);
  await other.pass({ faults: [], crashAt: undefined, spareBytes: 3 });
  expect(await states(other)).toEqual({ [id]: 'processing' });
  expect(await other.store.outstanding()).toEqual({ outbox: 0, incoming: 0 });
  await other.store.setResults(id, 'asked');
  await other.pass({ faults: [], crashAt: undefined, spareBytes: 3 });
  expect(await states(other)).toEqual({ [id]: 'completed' });
});

async function changesSince(play: Play, since: number): Promise<ChangesWire> {
  const request = new Request(`http://server.test/queue/changes?since=${String(since)}`);
  return (await (await play.server.handle(request)).json()) as ChangesWire;
}
