/** The synchronous routes do work for a client that waits; when it has gone away, there is nobody to work for. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { batchWire } from '#queue/wire.ts';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { completions, largePhoto, manyPhotos, stats, storedFiles, toForm } from './client.ts';

/** Sends a form by hand, so that the connection can be cut whenever a test wants. */
async function send(server: TestServer, path: string, form: FormData) {
  const encoded = new Response(form);
  const sent = request(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
  });
  // Cutting it is the point.
  sent.on('error', () => undefined);
  sent.end(new Uint8Array(await encoded.arrayBuffer()));
  return sent;
}

async function nothingIsLeft(server: TestServer): Promise<void> {
  while ((await stats(server)).total > 0 || (await storedFiles(server)).length > 0)
    await server.fetch('/health');
}

test('the job of a client that hangs up while it waits is dropped, and most of it is never worked on', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_CONCURRENCY: '1' } });
  const files = [await largePhoto(), ...(await manyPhotos(30))].map((file) => ({ ...file, field: 'images' }));
  const dropped = server.nextLog('image_dropped');
  const sent = await send(server, '/remove-bg-batch', toForm(files));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  while ((await stats(server)).processing === 0) await server.fetch('/health');
  sent.destroy();
  await dropped;
  await nothingIsLeft(server);
  expect(completions(server).length).toBeLessThan(5);
});

test('a batch’s results come one by one, as they are finished', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_CONCURRENCY: '1' } });
  const files = [await photo(), ...(await Promise.all(['large-1.jpg', 'large-2.jpg'].map(largePhoto)))];
  const sent = await send(server, '/remove-bg-batch', toForm(files));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  let finishedWhenFirstCame = Infinity;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (finishedWhenFirstCame === Infinity && text.includes('"success":true}')) {
      finishedWhenFirstCame = completions(server).length;
    }
  }
  expect(finishedWhenFirstCame).toBeLessThan(3);
  expect(batchWire.parse(JSON.parse(text))).toMatchObject({ total: 3, successful: 3, failed: 0, errors: [] });
  await nothingIsLeft(server);
});

test('what a batch could not finish in time is named beside what it could', async () => {
  await using server = await TestServer.start({
    env: { OFFCUT_SYNC_TIMEOUT_SECONDS: '4', OFFCUT_CONCURRENCY: '1' },
  });
  const large = await largePhoto();
  const files = [await photo(), ...Array.from({ length: 12 }, () => large)];
  const response = await server.fetch('/remove-bg-batch', { method: 'POST', body: toForm(files) });
  const answer = batchWire.parse(await response.json());
  expect(answer.results[0]).toMatchObject({ index: 0, success: true });
  expect(answer.errors.at(-1)).toMatchObject({ index: 12, code: 'timed_out' });
  expect(answer.successful + answer.failed).toBe(13);
  await nothingIsLeft(server);
});

test.each([
  ['/remove-bg', 'image'],
  ['/api/remove', 'file'],
  ['/v1.0/removebg', 'image_file'],
])('%s keeps nothing of a client that hangs up before its turn comes', async (path, field) => {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  const sent = await send(server, path, toForm([await photo('small', { field })]));
  while ((await stats(server)).pending === 0) await server.fetch('/health');
  sent.destroy();
  await nothingIsLeft(server);
});
