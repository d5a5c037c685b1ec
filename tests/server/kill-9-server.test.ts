import { expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { completions, finished, manyPhotos, results, submit } from './client.ts';

test('a power cut in the middle of a batch loses no accepted job, and every image completes once', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '2' } });
  const firstDone = server.nextLog('image_completed');
  const first = await submit(server, await manyPhotos(8));
  await firstDone;
  const second = await submit(server, await manyPhotos(4));
  // The answer is here, so the job is kept, whatever comes now.
  await server.killTree();
  const completedBefore = completions(server).length;
  expect(completedBefore).toBeLessThan(12);

  await server.restart();
  for (const [{ job_id: id }, total] of [
    [first, 8],
    [second, 4],
  ] as const) {
    const job = await finished(server, id);
    expect(job).toMatchObject({ status: 'completed', progress: { total, processed: total, failed: 0 } });
    const sizes = (await results(server, job)).map((bytes) => bytes.length);
    expect(sizes).toEqual(job.results.map(({ bytes }) => bytes));
  }
  const written = completions(server);
  expect(new Set(written).size, 'no image was completed twice').toBe(written.length);
  // A runner that was cut between an outcome and its log line leaves that line out: one image for each of the two.
  expect(written.length).toBeGreaterThanOrEqual(10);
});

test('runners whose server was killed finish what they have in hand and leave, beside a new server', async () => {
  await using server = await TestServer.start();
  const firstDone = server.nextLog('image_completed');
  const { job_id: id } = await submit(server, await manyPhotos(8));
  await firstDone;
  const left = server.nextLog('runner_stopped');
  await server.kill();
  const orphans = server.runnerPids;
  expect(completions(server).length).toBeLessThan(8);
  await server.restart();
  expect(orphans).toContain((await left)['pid']);
  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'completed', progress: { total: 8, processed: 8, failed: 0 } });
  expect(completions(server)).toHaveLength(8);
});

test('a client that follows a job across the restart sees it go forward only, and end once', async () => {
  await using server = await TestServer.start();
  const { job_id: id } = await submit(server, await manyPhotos(8));
  const seen: { id: number; processed: number }[] = [];
  const firstDone = server.nextLog('image_completed');
  const cut = follow(server, id, seen);
  await firstDone;
  await server.killTree();
  await cut;
  await server.restart();
  await follow(server, id, seen);
  const ids = seen.map((event) => event.id);
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  const processed = seen.map((event) => event.processed);
  expect(processed).toEqual(processed.toSorted((a, b) => a - b));
  expect(processed.filter((count) => count === 8)).toHaveLength(1);
});

/** Reads a job's events on from the last one in `seen`, until the stream ends or breaks. */
async function follow(
  server: TestServer,
  id: string,
  seen: { id: number; processed: number }[],
): Promise<void> {
  const headers = { 'last-event-id': String(seen.at(-1)?.id ?? '') };
  const { body } = await server.fetch(`/queue/job/${id}/events`, { headers });
  let text = '';
  try {
    for await (const chunk of body ?? []) {
      text += new TextDecoder().decode(chunk);
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        const event = /^id: (\d+)$/m.exec(block)?.[1];
        if (data === undefined || event === undefined) continue;
        const { progress } = JSON.parse(data) as { progress: { processed: number } };
        seen.push({ id: Number(event), processed: progress.processed });
      }
    }
  } catch {
    // The server is gone; the caller knows.
  }
}
