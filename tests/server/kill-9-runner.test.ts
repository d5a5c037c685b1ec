import { expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { completions, finished, manyPhotos, results, submit } from './client.ts';

test('a runner killed in the middle of a batch is replaced, and every image completes once', async () => {
  await using server = await TestServer.start();
  const firstDone = server.nextLog('image_completed');
  const died = server.nextLog('runner_died');
  const { job_id: id } = await submit(server, await manyPhotos(12));
  await firstDone;
  const [victim] = server.runnerPids;
  process.kill(victim, 'SIGKILL');

  expect(await died).toMatchObject({ pid: victim, signal: 'SIGKILL' });
  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'completed', progress: { total: 12, processed: 12, failed: 0 } });
  expect(job.results.map(({ status }) => status)).toEqual(Array(12).fill('completed'));
  expect((await results(server, job)).map((bytes) => bytes.length)).toEqual(
    job.results.map(({ bytes }) => bytes),
  );
  expect(completions(server)).toHaveLength(new Set(completions(server)).size);
  expect(server.runnerPids).not.toContain(victim);
});

test('what a killed runner had in hand goes on at once, not when its leases end', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_LOG_LEVEL: 'debug' } });
  const started = server.nextLog('image_started');
  const { job_id: id } = await submit(server, await manyPhotos(1));
  const { pid } = await started;
  const again = server.nextLog('image_started');
  const before = performance.now();
  process.kill(Number(pid), 'SIGKILL');
  expect(await again).toMatchObject({ job: id, image: 0, attempt: 2 });
  // A lease lasts 30 s; what remains is the start of another process, on a busy machine.
  expect((performance.now() - before) / 1000).toBeLessThan(20);
  expect(await finished(server, id)).toMatchObject({ status: 'completed' });
});

test('a runner that stands still is killed, and its work done by another', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_HANG_SECONDS: '3' } });
  const [victim] = server.runnerPids;
  const hung = server.nextLog('runner_hung');
  process.kill(victim, 'SIGSTOP');
  const { job_id: id } = await submit(server, await manyPhotos(2));
  expect(await hung).toMatchObject({ pid: victim });
  expect(await finished(server, id)).toMatchObject({ status: 'completed' });
});
