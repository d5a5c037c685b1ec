import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { statsWire } from '#queue/wire.ts';
import { TestCluster } from '../support/postgres-server.ts';
import type { TestServer } from '../support/server.ts';
import { finished, job, manyPhotos, results, stats, submit } from './client.ts';

let cluster: TestCluster;
let one: TestServer;
let other: TestServer;
beforeAll(async () => {
  cluster = await TestCluster.start({ durable: false });
  [one, other] = await Promise.all([cluster.api(), cluster.api()]);
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function worker(server: TestServer) {
  return statsWire.parse(await (await server.fetch('/queue/stats')).json()).worker;
}

test('both start at once on an empty database, and say that nobody works yet', async () => {
  for (const server of [one, other]) {
    expect(await worker(server)).toMatchObject({ status: 'stopped', max_concurrent: 0 });
  }
});

test('a job of one is listed, cancelled, retried and deleted by the other', async () => {
  const { job_id: id } = await submit(one, await manyPhotos(3));
  const { jobs } = (await (await other.fetch('/queue/jobs')).json()) as { jobs: { id: string }[] };
  expect(jobs.map((listed) => listed.id)).toEqual([id]);
  expect((await other.fetch(`/queue/job/${id}/cancel`, { method: 'POST' })).status).toBe(200);
  expect(await job(one, id)).toMatchObject({ status: 'cancelled' });
  expect((await one.fetch(`/queue/job/${id}/cancel`, { method: 'POST' })).status).toBe(400);
  expect((await other.fetch(`/queue/job/${id}/retry`, { method: 'POST' })).status).toBe(200);
  expect(await job(one, id)).toMatchObject({ status: 'pending' });
  expect((await other.fetch(`/queue/job/${id}`, { method: 'DELETE' })).status).toBe(200);
  expect((await one.fetch(`/queue/job/${id}`)).status).toBe(404);
});

test('of the same Idempotency-Key, sent to both at the same time, one job comes', async () => {
  const before = (await stats(one)).total;
  const files = await manyPhotos(1);
  const send = async (server: TestServer) => {
    const form = new FormData();
    for (const { filename, bytes } of files)
      form.append('images', new Blob([new Uint8Array(bytes)]), filename);
    const headers = { 'idempotency-key': 'the same' };
    const response = await server.fetch('/queue/submit', { method: 'POST', body: form, headers });
    return (await response.json()) as { job_id: string };
  };
  const answers = await Promise.all([one, other, one, other].map(send));
  expect(new Set(answers.map(({ job_id }) => job_id)).size).toBe(1);
  expect((await stats(other)).total).toBe(before + 1);
});

test('runners elsewhere count in both, their results come out of both, and events reach the other', async () => {
  const { job_id: id } = await submit(one, await manyPhotos(2));
  const events = other.fetch(`/queue/job/${id}/events`).then((response) => response.text());
  await using runner = await cluster.runner({ env: { OFFCUT_CONCURRENCY: '3' } });
  for (const server of [one, other]) {
    expect(await worker(server)).toMatchObject({ status: 'running', max_concurrent: 3 });
  }
  expect(await events).toContain('"status":"completed"');
  for (const server of [one, other]) {
    const done = await finished(server, id);
    expect((await results(server, done)).map((bytes) => bytes.length)).toEqual(
      done.results.map(({ bytes }) => bytes),
    );
  }
  await runner.stop();
  await vi.waitFor(async () =>
    expect(await worker(other)).toMatchObject({ status: 'stopped', max_concurrent: 0 }),
  );
});

test('no password is in any log', () => {
  for (const server of [one, other]) expect(JSON.stringify(server.log)).not.toMatch(/open(%2F|\/)sesame/);
});
