/**
 * A client of the contract that Offcut took over, as such clients are written: it reads the old fields, polls, and
 * knows nothing of what was added. It asks for a model that is not here, which MODEL_ALIASES gives it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { manyPhotos, photos, toForm } from './client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { MODEL_ALIASES: 'u2net=u2netp' } });
});
afterAll(() => server[Symbol.asyncDispose]());

interface SeedJob {
  id: string;
  status: string;
  type: string;
  progress: { total: number; processed: number; failed: number };
  model: string;
  filenames: string[];
  results: unknown[];
  error: string | null;
}

async function ask<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  const response = await server.fetch(path, init);
  expect(response.status, path).toBe(200);
  return (await response.json()) as Answer;
}

/** As such clients do it; each answer takes its time, so this is no busy loop. */
async function pollUntilOver(id: string): Promise<SeedJob> {
  for (;;) {
    const job = await ask<SeedJob>(`/queue/job/${id}`);
    if (!['pending', 'processing'].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('submits with model=u2net in the URL, polls, and sees which model really ran', async () => {
  const body = toForm((await photos()).slice(0, 2));
  const submitted = await ask<Record<string, unknown>>('/queue/submit?model=u2net', { method: 'POST', body });
  expect(submitted).toMatchObject({ status: 'queued', job_type: 'batch', files_count: 2, model: 'u2netp' });
  const job = await pollUntilOver(String(submitted['job_id']));
  expect(job).toMatchObject({
    id: submitted['job_id'],
    status: 'completed',
    type: 'batch',
    progress: { total: 2, processed: 2, failed: 0 },
    model: 'u2netp',
    error: null,
  });
  expect(job.results).toHaveLength(2);
});

test('lists its jobs, counts them, and looks whether the service is alive', async () => {
  const list = await ask<{ total: number; jobs: SeedJob[] }>('/queue/jobs?status=completed&limit=5');
  expect(list).toMatchObject({ total: 1, jobs: [{ status: 'completed', type: 'batch' }] });
  const answer = await ask<{ stats: object; worker: object }>('/queue/stats');
  expect(answer).toMatchObject({
    stats: { pending: 0, processing: 0, completed: 1, failed: 0, cancelled: 0, total: 1 },
    worker: { status: 'running', active_jobs: 0 },
  });
  expect(await ask('/health')).toMatchObject({ status: 'healthy' });
  expect(await ask('/')).toMatchObject({ service: 'offcut' });
});

test('removes a background in one call', async () => {
  const [one] = await photos();
  const body = toForm([{ ...one, field: 'image' }], { model: 'u2net' });
  const response = await server.fetch('/remove-bg', { method: 'POST', body });
  expect(response.headers.get('content-type')).toBe('image/png');
  expect(new Uint8Array(await response.arrayBuffer()).subarray(1, 4)).toEqual(
    new TextEncoder().encode('PNG'),
  );
});

test('removes several backgrounds in one call', async () => {
  const body = toForm((await photos()).slice(0, 2));
  const answer = await ask<{ results: { dataUrl: string }[] }>('/remove-bg-batch?model=u2net', {
    method: 'POST',
    body,
  });
  expect(answer).toMatchObject({ total: 2, successful: 2, failed: 0, errors: [] });
  expect(answer.results).toMatchObject([
    { index: 0, success: true, dataUrl: expect.stringMatching(/^data:image\/png;base64,iVBOR/) as string },
    { index: 1, success: true, filename: expect.any(String) as string },
  ]);
});

test('cancels what waits, and is told when there is nothing to cancel any more', async () => {
  const form = { method: 'POST', body: toForm(await manyPhotos(20)) };
  const { job_id: id } = await ask<{ job_id: string }>('/queue/submit?model=u2net', form);
  const cancelled = await ask<object>(`/queue/job/${id}/cancel`, { method: 'POST' });
  expect(cancelled).toMatchObject({ job_id: id, status: 'cancelled' });
  expect((await server.fetch(`/queue/job/${id}/cancel`, { method: 'POST' })).status).toBe(400);
});

test('reads the reason of a refusal in the field that it knows', async () => {
  const response = await server.fetch('/queue/job/nonesuch');
  expect(response.status).toBe(404);
  const { error } = (await response.json()) as { error: string };
  expect(error).toContain('nonesuch');
});
