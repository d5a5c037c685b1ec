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
  const attempts = server.log.filter(({ event }) => event === 'image_started').map(({ attempt }) => attempt);
  expect(attempts).toEqual(Array(9).fill(1));
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
