import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestCluster } from '../support/postgres-server.ts';
import type { TestServer } from '../support/server.ts';
import { completions, finished, manyPhotos, results, stats, submit } from './client.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.start();
});
afterEach(() => cluster[Symbol.asyncDispose]());

test('a machine of runners, killed in the middle of a batch: another one does the rest', async () => {
  const server = await cluster.api();
  // Hosts of the same name, as containers may have, would otherwise judge each other's processes.
  const doomed = await cluster.runner();
  const firstDone = doomed.nextLog('image_completed');
  const { job_id: id } = await submit(server, await manyPhotos(8));
  await firstDone;
  await doomed.killTree();
  const survivor = await cluster.runner();

  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'completed', progress: { total: 8, processed: 8, failed: 0 } });
  const written = [...completions(doomed), ...completions(survivor)];
  expect(new Set(written).size, 'no image was completed twice').toBe(written.length);
  expect(completions(survivor).length).toBeGreaterThan(0);
  expect((await results(server, job)).map((bytes) => bytes.length)).toEqual(
    job.results.map(({ bytes }) => bytes),
  );
});

test('a server, killed while a batch runs: runners go on, and the next server has the results', async () => {
  const server = await cluster.api();
  const runner = await cluster.runner();
  const lastDone = runner.nextLog('image_completed', ({ image }) => image === 5);
  const { job_id: id } = await submit(server, await manyPhotos(6));
  await server.kill();
  await lastDone;
  await server.restart();
  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'completed', progress: { total: 6, processed: 6, failed: 0 } });
  expect(completions(runner)).toHaveLength(6);
  expect(await stats(server)).toMatchObject({ completed: 1, total: 1 });
});

test('SIGTERM: a machine of runners finishes what it has in hand, and the rest waits for another', async () => {
  const server = await cluster.api();
  const leaving = await cluster.runner({ env: { OFFCUT_LOG_LEVEL: 'debug' } });
  const started = leaving.nextLog('image_started', ({ image }) => image === 2);
  const { job_id: id } = await submit(server, await manyPhotos(9));
  await started;
  expect(await leaving.stop()).toBe(0);
  const begun = startedImages(leaving).length;
  expect(completions(leaving)).toHaveLength(begun);
  expect(begun).toBeLessThan(9);

  const next = await cluster.runner({ env: { OFFCUT_LOG_LEVEL: 'debug' } });
  expect(await finished(server, id)).toMatchObject({ status: 'completed', progress: { processed: 9 } });
  const worked = [leaving, next].flatMap(startedImages);
  expect(worked.toSorted(), 'each image was worked on once').toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

function startedImages({ log }: TestServer): number[] {
  return log.filter(({ event }) => event === 'image_started').map(({ image }) => Number(image));
}
