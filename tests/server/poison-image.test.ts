import { expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { finished, largePhoto, submit } from './client.ts';

const POISON = 2;

/** Kills whichever runner begins with the poisoned image, each time, as a crash in a decoder would. */
async function killOnPoison(server: TestServer): Promise<void> {
  for (;;) {
    const { pid } = await server.nextLog('image_started', ({ image }) => image === POISON);
    process.kill(Number(pid), 'SIGKILL');
  }
}

test('an image that kills its runner each time fails after three attempts of its own; the others complete', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_LOG_LEVEL: 'debug' } });
  const killing = killOnPoison(server).catch(() => undefined);
  const good = await photo();
  const { job_id: id } = await submit(server, [good, good, await largePhoto(), good, good, good]);
  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'completed', progress: { total: 6, processed: 6, failed: 1 } });
  const [poisoned] = job.results.filter(({ status }) => status !== 'completed');
  expect(poisoned).toMatchObject({
    index: POISON,
    filename: 'large.jpg',
    status: 'failed',
    error: { code: 'runner_lost' },
  });
  const deaths = server.log.filter(({ event }) => event === 'runner_died');
  // With several images in hand nobody is blamed; with one, it is that one: three times, then it has failed.
  expect(deaths.filter(({ images }) => images === 1)).toHaveLength(3);

  await server.killTree();
  await killing;
});
