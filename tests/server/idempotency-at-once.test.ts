import { expect, test } from 'vitest';
import { submitWire } from '#queue/wire.ts';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { finished, problem, stats, storedFiles, toForm } from './client.ts';

test('of many requests with one Idempotency-Key at the same moment, to two servers, one makes a job and all get its id', async () => {
  await using one = await TestServer.start();
  await using two = await TestServer.start({ dataDir: one.dataDir, env: { OFFCUT_RUNNERS: '0' } });
  const file = await photo();
  const headers = { 'idempotency-key': 'order 17' };
  const answers = await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const server = index % 2 === 0 ? one : two;
      const response = await server.fetch('/queue/submit', { method: 'POST', headers, body: toForm([file]) });
      expect(response.status).toBe(200);
      return submitWire.parse(await response.json());
    }),
  );
  const ids = new Set(answers.map(({ job_id: id }) => id));
  expect(ids.size).toBe(1);
  const [id = ''] = ids;
  await finished(two, id);
  expect(await stats(one)).toMatchObject({ completed: 1, total: 1 });
  // Of the other requests no byte is left: one input, one result.
  expect(await storedFiles(one)).toHaveLength(2);
});

test('of different requests with one key at the same moment, one is taken and the others are told which', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  const file = await photo();
  const responses = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      server.fetch('/queue/submit', {
        method: 'POST',
        headers: { 'idempotency-key': 'the same' },
        body: toForm([{ ...file, filename: `${String(index)}.png` }]),
      }),
    ),
  );
  const taken = responses.filter(({ status }) => status === 200);
  expect(taken).toHaveLength(1);
  const { job_id: id } = submitWire.parse(await taken[0]?.json());
  for (const response of responses.filter(({ status }) => status !== 200)) {
    expect(response.status).toBe(422);
    expect(await problem(response)).toMatchObject({ code: 'idempotency_conflict', job_id: id });
  }
  expect(await stats(server)).toMatchObject({ total: 1 });
  expect(await storedFiles(server)).toHaveLength(1);
});
