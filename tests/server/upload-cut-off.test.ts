import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { problem, stats, storedFiles, submit, toForm } from './client.ts';

/** Begins an upload by hand: two whole images, and half of a third. */
async function halfAnUpload(server: TestServer): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = (n: number) =>
    `--b\r\nContent-Disposition: form-data; name="images"; filename="${String(n)}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
  socket.write(
    'POST /queue/submit HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 10000000\r\n\r\n',
  );
  const whole = 'x'.repeat(100_000);
  socket.write(`${head(0)}${whole}\r\n${head(1)}${whole}\r\n${head(2)}${whole}`);
  return socket;
}

test('a client that goes away in the middle of an upload leaves nothing behind', async () => {
  await using server = await TestServer.start();
  const socket = await halfAnUpload(server);
  await untilStored(server, 2);
  const ended = server.nextLog('request');
  socket.destroy();
  await ended;
  expect(await storedFiles(server)).toEqual([]);
  expect(await stats(server)).toMatchObject({ total: 0 });
});

test('a server killed in the middle of an upload has no job of it', async () => {
  await using server = await TestServer.start();
  await halfAnUpload(server);
  await untilStored(server, 2);
  await server.killTree();
  await server.restart();
  expect(await stats(server)).toMatchObject({ total: 0 });
  // It takes others as before.
  expect(await submit(server, [await photo()])).toMatchObject({ files_count: 1 });
});

test('a file over the limit is refused while it comes in, and nothing of the request is kept', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_MAX_FILE_MB: '1' } });
  const large = { ...(await photo()), filename: 'huge.jpg', bytes: new Uint8Array(30_000_000) };
  const response = await server.fetch('/queue/submit', {
    method: 'POST',
    body: toForm([await photo(), large]),
  });
  expect(response.status).toBe(413);
  expect(await problem(response)).toMatchObject({ code: 'file_too_large' });
  expect(await storedFiles(server)).toEqual([]);
  expect(await stats(server)).toMatchObject({ total: 0 });
});

test('a request whose declared size is over the limit is refused before it is read', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_MAX_REQUEST_MB: '1' } });
  const socket = await halfAnUpload(server);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
  expect(answer.toString()).toContain('"code":"request_too_large"');
  socket.destroy();
});

test('more files than allowed are refused', async () => {
  await using server = await TestServer.start({ env: { OFFCUT_MAX_FILES: '2' } });
  const one = await photo();
  const response = await server.fetch('/queue/submit', { method: 'POST', body: toForm([one, one, one]) });
  expect(response.status).toBe(413);
  expect(await problem(response)).toMatchObject({ code: 'too_many_files', max_files: 2 });
  expect(await storedFiles(server)).toEqual([]);
});

/** Until the server has written so many files: each look lets the event loop and the server go on. */
async function untilStored(server: TestServer, files: number): Promise<void> {
  while ((await storedFiles(server)).length < files) await server.fetch('/health');
}
