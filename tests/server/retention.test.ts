import { expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { finished, storedFiles, submit } from './client.ts';

test('jobs past their retention are removed with their images; others stay', async () => {
  await using server = await TestServer.start();
  const { job_id: id } = await submit(server, [await photo()]);
  await finished(server, id);
  await server.stop();
  await server.restart();
  expect((await server.fetch(`/queue/job/${id}`)).status).toBe(200);
  expect(await storedFiles(server)).toHaveLength(2);

  // Less than a millisecond.
  const env = { OFFCUT_RETENTION_DAYS: '0.000000001' };
  const { dataDir } = server;
  await server.stop();
  await using brief = await TestServer.start({ dataDir, env });
  await sweptOn(brief);
  expect((await brief.fetch(`/queue/job/${id}`)).status).toBe(404);
  expect(await storedFiles(brief)).toEqual([]);
});

/** The sweep of the start may have ended before anybody listened. */
async function sweptOn(server: TestServer): Promise<void> {
  const swept = server.nextLog('retention_swept');
  if (server.log.some(({ event }) => event === 'retention_swept')) swept.catch(() => undefined);
  else await swept;
}
