import { expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { photo } from '../contract/api-photos.ts';
import { completions, finished, job, largePhoto, manyPhotos, problem, submit, toForm } from './client.ts';

const DEBUG = { OFFCUT_LOG_LEVEL: 'debug' };

test('SIGTERM: what is in hand is finished, the rest waits, and the exit code is 0', async () => {
  await using server = await TestServer.start({ env: DEBUG });
  const started = server.nextLog('image_started', ({ image }) => image === 2);
  const { job_id: id } = await submit(server, await manyPhotos(9));
  await started;
  expect(await server.stop()).toBe(0);
  expect(server.runnerPids).toEqual([]);
  const begun = server.log.filter(({ event }) => event === 'image_started').length;
  expect(completions(server)).toHaveLength(begun);
  expect(begun).toBeLessThan(9);

  await server.restart();
  expect(await finished(server, id)).toMatchObject({ status: 'completed', progress: { processed: 9 } });
  // Not by the number of the attempt: a lease that was on its way at the signal goes back untried, and that number is
  // then used up, since it fences.
  const images = server.log
    .filter(({ event }) => event === 'image_started')
    .map(({ image }) => Number(image));
  expect(images.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('work that takes longer than the shutdown may is given back untried, and goes on after the next start', async () => {
  await using server = await TestServer.start({ env: { ...DEBUG, OFFCUT_SHUTDOWN_SECONDS: '0.05' } });
  const started = server.nextLog('image_started');
  const { job_id: id } = await submit(server, [await largePhoto()]);
  await started;
  expect(await server.stop()).toBe(0);
  expect(completions(server)).toEqual([]);

  const again = server.restart();
  await again;
  // Given back: pending at once, without an attempt lost or a wait for the lease's end.
  expect(['pending', 'processing', 'completed']).toContain((await job(server, id)).status);
  expect(await finished(server, id)).toMatchObject({ status: 'completed' });
});

test('a drain: /ready says 503 first, while requests are still answered; then the server stops', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0', OFFCUT_DRAIN_SECONDS: '2' } });
  expect((await server.fetch('/ready')).status).toBe(200);
  const stopping = server.nextLog('server_stopping');
  const stopped = server.stop();
  await stopping;
  const ready = await server.fetch('/ready');
  expect(ready.status).toBe(503);
  expect(await problem(ready)).toMatchObject({ code: 'not_ready', missing: [{ check: 'drain' }] });
  expect(await submit(server, await manyPhotos(1))).toMatchObject({ status: 'queued' });
  expect(await stopped).toBe(0);
});

test('a second signal ends a drain at once', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0', OFFCUT_DRAIN_SECONDS: '600' } });
  const stopping = server.nextLog('server_stopping');
  const stopped = server.stop();
  await stopping;
  const aborted = server.nextLog('server_aborted');
  // What comes within half a second counts as one press of Ctrl-C.
  const again = setInterval(() => process.kill(server.pid, 'SIGTERM'), 200);
  await aborted;
  clearInterval(again);
  expect(await stopped).toBe(1);
});

test('streams of events end, and who waits for a result is told to come again', async () => {
  await using server = await TestServer.start({ env: DEBUG });
  const events = await server.fetch('/queue/events');
  const started = server.nextLog('image_started');
  await submit(server, await manyPhotos(20), { priority: '9' });
  await started;
  const answer = server.fetch('/remove-bg', {
    method: 'POST',
    body: toForm([await photo('small', { field: 'image' })]),
  });
  const accepted = await untilPending(server);
  expect(accepted).toBe(2);
  expect(await server.stop()).toBe(0);
  const response = await answer;
  expect(response.status).toBe(503);
  expect(await problem(response)).toMatchObject({ code: 'shutting_down' });
  // It resolves, since the stream was ended; a broken one would reject.
  expect(await events.text()).toContain('event: job');
});

/** Follows the server's stream until a second job is in it. @returns how many there are */
async function untilPending(server: TestServer): Promise<number> {
  const ids = new Set<string>();
  const { body } = await server.fetch('/queue/events', { headers: { 'last-event-id': '0' } });
  for await (const chunk of body ?? []) {
    for (const [, id = ''] of new TextDecoder().decode(chunk).matchAll(/^data: {"id":"([^"]+)"/gm))
      ids.add(id);
    if (ids.size === 2) break;
  }
  return ids.size;
}
