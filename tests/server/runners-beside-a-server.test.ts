import { expect, test, vi } from 'vitest';
import { statsWire } from '#queue/wire.ts';
import { TestServer } from '../support/server.ts';
import { completions, finished, manyPhotos, submit } from './client.ts';

test('a server that only accepts, and runners on its data folder: each may come and go without the other', async () => {
  await using server = await TestServer.start({ command: ['serve', '--no-runner'] });
  const worker = async () => statsWire.parse(await (await server.fetch('/queue/stats')).json()).worker;
  const { dataDir } = server;
  const { job_id: id } = await submit(server, await manyPhotos(2));
  expect(await worker()).toMatchObject({ status: 'stopped', max_concurrent: 0 });

  await using runner = await TestServer.start({ dataDir, command: ['runner', '--runners', '2'] });
  expect(await worker()).toMatchObject({ status: 'running', max_concurrent: 4 });
  expect(await finished(server, id)).toMatchObject({ status: 'completed', progress: { processed: 2 } });
  expect(completions(runner)).toHaveLength(2);

  expect(await runner.stop()).toBe(0);
  await vi.waitFor(async () =>
    expect(await worker()).toMatchObject({ status: 'stopped', max_concurrent: 0 }),
  );
});
