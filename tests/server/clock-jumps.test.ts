import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { fromRoot } from '../support/run-script.ts';
import { TestServer } from '../support/server.ts';
import { finished, manyPhotos, results, stats, submit } from './client.ts';

const HOUR = 3_600_000;

/** A server whose clock, and whose runners' clock, is set at will. */
async function serverWithClock() {
  const folder = await mkdtemp(join(tmpdir(), 'offcut-clock-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'shift');
  const setTo = async (millis: number) => {
    await writeFile(`${file}.new`, String(millis));
    await rename(`${file}.new`, file);
  };
  await setTo(0);
  const preload = pathToFileURL(fromRoot('tests/support/shifted-clock.ts')).href;
  const env = {
    NODE_OPTIONS: `--import ${preload}`,
    SHIFTED_CLOCK: file,
    OFFCUT_RUNNERS: '2',
    OFFCUT_LOG_LEVEL: 'debug',
  };
  return { server: await TestServer.start({ env }), setTo };
}

test.for([
  ['forward by an hour', HOUR],
  ['back by an hour', -HOUR],
] as const)(
  'a clock that is set %s in the middle of a batch loses nothing and repeats nothing',
  async ([, jump]) => {
    const { server, setTo } = await serverWithClock();
    await using _ = server;
    const firstDone = server.nextLog('image_completed');
    const { job_id: id } = await submit(server, await manyPhotos(8));
    await firstDone;
    await setTo(jump);
    const job = await finished(server, id);
    expect(job).toMatchObject({ status: 'completed', progress: { total: 8, processed: 8, failed: 0 } });
    expect((await results(server, job)).map(({ length }) => length)).toEqual(
      job.results.map(({ bytes }) => bytes),
    );
    // What comes after it is in order too, and so is what comes after a runner's death.
    const next = await submit(server, await manyPhotos(3));
    await server.nextLog('image_started', ({ job }) => job === next.job_id).catch(() => undefined);
    const [runner] = server.runnerPids;
    if (runner !== undefined) process.kill(runner, 'SIGKILL');
    expect(await finished(server, next.job_id)).toMatchObject({
      status: 'completed',
      progress: { processed: 3 },
    });
    expect(await stats(server)).toEqual({
      pending: 0,
      processing: 0,
      completed: 2,
      failed: 0,
      cancelled: 0,
      total: 2,
    });
  },
);
