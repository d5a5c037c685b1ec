import { expect, test } from 'vitest';
import { jobListWire } from '#queue/wire.ts';
import { TestServer } from '../support/server.ts';
import { completions, finished, job, manyPhotos, results, stats, submit } from './client.ts';

test('two servers on one data folder are one queue: each image is done once, whoever took it in or answers for it', async () => {
  await using one = await TestServer.start();
  await using two = await TestServer.start({ dataDir: one.dataDir });
  const submitted = await Promise.all(
    [one, two, one, two].map(async (server) => submit(server, await manyPhotos(4))),
  );
  for (const [index, { job_id: id }] of submitted.entries()) {
    const other = index % 2 === 0 ? two : one;
    const done = await finished(other, id);
    expect(done).toMatchObject({ status: 'completed', progress: { total: 4, processed: 4, failed: 0 } });
    const sizes = (await results(other, done)).map(({ length }) => length);
    expect(sizes).toEqual(done.results.map(({ bytes }) => bytes));
  }
  const all = [...completions(one), ...completions(two)];
  expect(all.toSorted()).toEqual([...new Set(all)].toSorted());
  expect(all).toHaveLength(16);
  expect(await stats(one)).toEqual(await stats(two));
  const lists = await Promise.all(
    [one, two].map(async (server) => jobListWire.parse(await (await server.fetch('/queue/jobs')).json())),
  );
  expect(lists[0]).toEqual(lists[1]);
});

test('what one server took in and had in hand when it was killed, the other finishes', async () => {
  await using survivor = await TestServer.start();
  await using victim = await TestServer.start({ dataDir: survivor.dataDir });
  const begun = victim.nextLog('image_completed');
  const { job_id: id } = await submit(victim, await manyPhotos(12));
  await begun;
  await victim.killTree();
  const done = await finished(survivor, id);
  expect(done).toMatchObject({ status: 'completed', progress: { total: 12, processed: 12, failed: 0 } });
  expect(await results(survivor, done)).toHaveLength(12);
});

test('a job is cancelled through one server while the runners of the other work on it', async () => {
  await using one = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  await using two = await TestServer.start({ dataDir: one.dataDir });
  const begun = two.nextLog('image_completed');
  const { job_id: id } = await submit(one, await manyPhotos(30));
  await begun;
  const answer = await one.fetch(`/queue/job/${id}/cancel`, { method: 'POST' });
  expect(answer.status).toBe(200);
  const over = await finished(two, id);
  expect(over.status).toBe('cancelled');
  // What was finished before stays, and nothing is finished after.
  expect(await job(one, id)).toEqual(over);
  const kept = over.results.filter(({ status }) => status === 'completed').length;
  expect(kept).toBeLessThan(30);
  await two.stop();
  expect((await job(one, id)).results.filter(({ status }) => status === 'completed')).toHaveLength(kept);
});
