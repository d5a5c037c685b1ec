/** What operators rely on: probes, metrics, ids that join logs and answers, and no secret in any of it. */
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { weightsPath } from '../../server/matting/weights.ts';
import { finished, manyPhotos, problem, submit } from './client.ts';
import { parseExposition, valueOf, type Samples } from '../support/exposition.ts';
import { TestServer } from '../support/server.ts';

async function metrics(server: TestServer, headers: Record<string, string> = {}): Promise<Samples> {
  const response = await server.fetch('/metrics', { headers });
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  return parseExposition(await response.text());
}

test('metrics add up over two runner processes, one of which is killed, and name routes by pattern', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '2' } });
  const { job_id: first } = await submit(server, await manyPhotos(6));
  await finished(server, first);
  const before = await metrics(server);
  expect(valueOf(before, 'offcut_images_total', { outcome: 'completed' })).toBe(6);
  expect(valueOf(before, 'offcut_attempts_total')).toBe(6);
  expect(valueOf(before, 'offcut_image_wait_seconds_count')).toBe(6);
  expect(valueOf(before, 'offcut_model_load_seconds_count')).toBe(2);
  expect(valueOf(before, 'offcut_runners', { state: 'ready' })).toBe(2);
  expect(valueOf(before, 'offcut_jobs', { state: 'completed' })).toBe(1);
  expect(valueOf(before, 'offcut_images_waiting')).toBe(0);
  expect(valueOf(before, 'offcut_kept_bytes')).toBeGreaterThan(0);
  const routes = before
    .filter(({ name }) => name === 'offcut_http_requests_total')
    .map(({ labels }) => labels['route']);
  expect(routes).toContain('/queue/job/:id');
  expect(routes.join()).not.toContain(first);

  const replaced = server.nextLog('runner_started');
  process.kill(server.runnerPids[0] ?? 0, 'SIGKILL');
  await replaced;
  const { job_id: second } = await submit(server, await manyPhotos(2));
  await finished(server, second);
  const after = await metrics(server);
  // What the dead runner had counted is still counted.
  expect(valueOf(after, 'offcut_images_total', { outcome: 'completed' })).toBe(8);
  expect(valueOf(after, 'offcut_runner_restarts_total', { reason: 'exited' })).toBe(1);
  expect(valueOf(after, 'offcut_model_load_seconds_count')).toBe(3);

  await server.stop();
  await server.restart();
  const restarted = await metrics(server);
  expect(valueOf(restarted, 'offcut_images_total')).toBe(0);
  expect(valueOf(restarted, 'offcut_jobs', { state: 'completed' })).toBe(2);
});

test('metrics are for this machine without a token, and for whoever shows it with one', async () => {
  await using open = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  expect((await open.fetch('/metrics')).status).toBe(200);
  const proxied = await open.fetch('/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect(proxied.status).toBe(403);

  const token = 'a-token-of-the-metrics';
  await using closed = await TestServer.start({ env: { OFFCUT_RUNNERS: '0', OFFCUT_METRICS_TOKEN: token } });
  const without = await closed.fetch('/metrics');
  expect(without.status).toBe(401);
  expect(without.headers.get('www-authenticate')).toContain('Bearer');
  expect((await closed.fetch('/metrics', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  expect((await closed.fetch('/metrics', { headers: { authorization: `Bearer ${token}` } })).status).toBe(
    200,
  );
});

test('an open stream of events is counted until it ends', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  const leave = new AbortController();
  await server.fetch('/queue/events', { signal: leave.signal });
  expect(valueOf(await metrics(server), 'offcut_event_streams')).toBe(1);
  leave.abort();
  await expect.poll(async () => valueOf(await metrics(server), 'offcut_event_streams')).toBe(0);
});

test('not ready while no runner is up, and the answer names what is missing; alive all the while', async () => {
  const models = await mkdtemp(join(tmpdir(), 'offcut-models-'));
  try {
    const weights = join(models, DEFAULT_MODEL.file);
    await copyFile(weightsPath(DEFAULT_MODEL), weights);
    await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '1', OFFCUT_MODELS_DIR: models } });
    expect((await server.fetch('/ready')).status).toBe(200);
    // Without its weights no runner comes up again.
    await rename(weights, `${weights}.away`);
    const failed = server.nextLog('runner_failed');
    process.kill(server.runnerPids[0] ?? 0, 'SIGKILL');
    await failed;
    let answer = await server.fetch('/ready');
    // The answer before is kept for a second.
    await expect
      .poll(async () => (answer = await server.fetch('/ready')).status, { timeout: 30_000 })
      .toBe(503);
    expect(await problem(answer)).toMatchObject({ code: 'not_ready', missing: [{ check: 'runner' }] });
    expect((await server.fetch('/health')).status).toBe(200);
    await rename(`${weights}.away`, weights);
    await expect.poll(async () => (await server.fetch('/ready')).status, { timeout: 90_000 }).toBe(200);
  } finally {
    await rm(models, { recursive: true });
  }
});

test('a request has one id, in its answer, its refusal and the log', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  const line = server.nextLog('request', ({ request }) => request === 'from-the-proxy.1');
  const refused = await server.fetch('/queue/job/none', { headers: { 'x-request-id': 'from-the-proxy.1' } });
  expect(refused.headers.get('x-request-id')).toBe('from-the-proxy.1');
  expect(await problem(refused)).toMatchObject({ code: 'job_not_found', request_id: 'from-the-proxy.1' });
  expect(await line).toMatchObject({ status: 404 });

  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traced = await server.fetch('/health', {
    headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
  });
  expect(traced.headers.get('x-request-id')).toBe(trace);
  const odd = await server.fetch('/health', { headers: { 'x-request-id': 'a b"c' } });
  expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('runner lines name job and item', async () => {
  await using server = await TestServer.start();
  const line = server.nextLog('image_completed');
  const { job_id: id } = await submit(server, await manyPhotos(1));
  expect(await line).toMatchObject({
    job: id,
    image: 0,
    item: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
});
