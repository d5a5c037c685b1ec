import { expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { finished, results, stats, storedFiles, submit } from './client.ts';

test('the picture behind the subjects lives as long as its job: through cancelling, a kill and a retry', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  const files = [await photo(), await photo('furball', { field: 'background_image' })];
  const { job_id: id } = await submit(server, files, { background: 'image' });
  expect((await storedFiles(server)).sort()).toEqual(['0.input', 'background']);
  await server.fetch(`/queue/job/${id}/cancel`, { method: 'POST' });
  await server.killTree();
  await server.restart();
  expect((await server.fetch(`/queue/job/${id}/retry`, { method: 'POST' })).status).toBe(200);
  expect(await storedFiles(server)).toContain('background');
  expect((await server.fetch(`/queue/job/${id}`, { method: 'DELETE' })).status).toBe(200);
  expect(await storedFiles(server)).toEqual([]);
});

test('one picture lies behind every subject of a batch', async () => {
  await using server = await TestServer.start();
  const files = [await photo(), await photo(), await photo('furball', { field: 'background_image' })];
  const { job_id: id } = await submit(server, files, { background: 'image' });
  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'completed', progress: { total: 2, failed: 0 } });
  const [first, second] = await results(server, job);
  expect(first).toEqual(second);
  expect((await stats(server)).completed).toBe(1);
});

test('the same key with another picture is another request', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  const send = async (scene: 'furball' | 'dim') => {
    const form = new FormData();
    for (const { field, filename, bytes } of [
      await photo(),
      await photo(scene, { field: 'background_image' }),
    ]) {
      form.append(field, new Blob([new Uint8Array(bytes)]), filename);
    }
    form.append('background', 'image');
    const headers = { 'idempotency-key': 'one' };
    return (await server.fetch('/queue/submit', { method: 'POST', headers, body: form })).status;
  };
  expect([await send('furball'), await send('furball'), await send('dim')]).toEqual([200, 200, 422]);
});
