/** What a stranger may send at most. Each refusal has a code, and costs the server next to nothing. */
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { pngHeader } from '../unit/matting/support/files.ts';
import { TestServer } from '../support/server.ts';
import { problem, stats, storedFiles, submit, toForm } from './client.ts';

const idle = { OFFCUT_RUNNERS: '0' };

async function open(server: TestServer, head: string): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(head);
  return socket;
}

/** All that the server sends until it ends the connection. */
const answerTo = async (server: TestServer, head: string) => text(await open(server, head));

const upload = (length: number) =>
  `POST /queue/submit HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${String(length)}\r\n\r\n--b\r\nContent-Disposition: form-data; name="images"; filename="a.jpg"\r\n\r\nsome`;

describe('a queue that is full', () => {
  test('refuses with 429 before the body is read, says when to come again, and takes more when there is room', async () => {
    await using server = await TestServer.start({ env: { ...idle, OFFCUT_MAX_WAITING: '2' } });
    const one = await photo();
    const { job_id: id } = await submit(server, [one, one]);
    // The body never comes: what is refused needs none.
    const answer = await answerTo(server, upload(50_000_000));
    expect(answer).toMatch(/^HTTP\/1.1 429 /);
    expect(answer).toMatch(/^retry-after: \d+\r$/im);
    expect(answer).toContain('"code":"queue_full"');
    expect(await storedFiles(server)).toHaveLength(2);
    await server.fetch(`/queue/job/${id}/cancel`, { method: 'POST' });
    expect(await submit(server, [one])).toMatchObject({ files_count: 1 });
  });

  test('lets no more in than fit, however many come at once', async () => {
    await using server = await TestServer.start({ env: { ...idle, OFFCUT_MAX_WAITING: '3' } });
    const one = await photo();
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const response = await server.fetch('/queue/submit', { method: 'POST', body: toForm([one]) });
        await response.arrayBuffer();
        return response.status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(9);
    expect([(await stats(server)).pending, (await storedFiles(server)).length]).toEqual([3, 3]);
  });

  test('keeps no more bytes than it may', async () => {
    await using server = await TestServer.start({ env: { ...idle, OFFCUT_MAX_STORED_GB: '0.00001' } });
    const { job_id: id } = await submit(server, [await photo('furball')]);
    const again = () => server.fetch('/queue/submit', { method: 'POST', body: form });
    const form = toForm([await photo()]);
    const refused = await again();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(refused)).toMatchObject({ code: 'storage_quota_reached' });
    await server.fetch(`/queue/job/${id}`, { method: 'DELETE' });
    expect((await again()).status).toBe(200);
  });
});

test('a disk that is nearly full refuses with 507 before anything is written, on every route that takes images', async () => {
  const { bavail, bsize } = await statfs('.');
  const moreThanFree = String(Math.ceil((bavail * bsize) / 1024 ** 2) + 100_000);
  await using server = await TestServer.start({ env: { ...idle, OFFCUT_MIN_FREE_MB: moreThanFree } });
  for (const [path, field] of [
    ['/queue/submit', 'images'],
    ['/remove-bg', 'image'],
    ['/api/remove', 'file'],
    ['/v1.0/removebg', 'image_file'],
  ] as const) {
    const headers = { 'x-api-key': 'any' };
    const body = toForm([await photo('small', { field })]);
    const response = await server.fetch(path, { method: 'POST', headers, body });
    expect([path, response.status]).toEqual([path, 507]);
    expect(await response.text()).toContain('nearly full');
  }
  expect(await storedFiles(server)).toEqual([]);
});

test('a decompression bomb is refused by its header, with the file that it is, and nothing of its request is kept', async () => {
  await using server = await TestServer.start({ env: idle });
  const bomb = { ...(await photo()), filename: 'bomb.png', bytes: pngHeader(60_000, 60_000) };
  const response = await server.fetch('/queue/submit', {
    method: 'POST',
    body: toForm([await photo(), bomb]),
  });
  expect(response.status).toBe(413);
  expect(await problem(response)).toMatchObject({
    code: 'image_too_large',
    filename: 'bomb.png',
    detail: expect.stringContaining('60000 × 60000 pixels') as string,
  });
  expect(await storedFiles(server)).toEqual([]);
});

describe('a client that is slow', () => {
  test('loses an upload that stalls, and nothing of it stays', async () => {
    await using server = await TestServer.start({ env: { ...idle, OFFCUT_UPLOAD_IDLE_SECONDS: '0.3' } });
    const answer = await answerTo(server, upload(1000));
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"upload_too_slow"');
    expect(await storedFiles(server)).toEqual([]);
  });

  test('loses an upload that drips for longer than it may take in all', async () => {
    await using server = await TestServer.start({ env: { ...idle, OFFCUT_UPLOAD_SECONDS: '1' } });
    const socket = await open(server, upload(1_000_000));
    const drip = setInterval(() => socket.write('x'), 50);
    const answer = await text(socket);
    clearInterval(drip);
    expect(answer).toContain('"code":"upload_too_slow"');
    expect(await storedFiles(server)).toEqual([]);
  });
});

describe('a request', () => {
  test('with larger headers than allowed is refused in words', async () => {
    await using server = await TestServer.start({ env: idle });
    const answer = await answerTo(
      server,
      `GET /health HTTP/1.1\r\nHost: localhost\r\nX-Much: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('"code":"headers_too_large"');
  });

  test('that is no HTTP is refused in words', async () => {
    await using server = await TestServer.start({ env: idle });
    expect(await answerTo(server, 'NONSENSE\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [\s\S]*"code":"request_malformed"/,
    );
  });

  test('with a longer URL than allowed is refused', async () => {
    await using server = await TestServer.start({ env: idle });
    const response = await server.fetch(`/queue/jobs?cursor=${'x'.repeat(9_000)}`);
    expect(response.status).toBe(414);
    expect(await problem(response)).toMatchObject({ code: 'url_too_long' });
  });
});

test('a client holds so many streams of events and no more, and may open another when one ends', async () => {
  await using server = await TestServer.start({ env: { ...idle, OFFCUT_MAX_STREAMS: '2' } });
  const stream = async () => {
    const sent = request(`${server.url}/queue/events`).end();
    sent.on('error', () => undefined);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    return { sent, answer };
  };
  const [first] = [await stream(), await stream()];
  const refused = await server.fetch('/queue/events');
  expect([refused.status, (await problem(refused)).code]).toEqual([429, 'too_many_streams']);
  first.sent.destroy();
  for (let status = 429; status !== 200;) {
    const { answer, sent } = await stream();
    status = answer.statusCode ?? 0;
    sent.destroy();
  }
});

test('connections past the limit are closed, and those that there are go on', async () => {
  await using server = await TestServer.start({ env: { ...idle, OFFCUT_MAX_CONNECTIONS: '2' } });
  const held = [await open(server, 'GET /'), await open(server, 'GET /')];
  const third = connect(Number(new URL(server.url).port), '127.0.0.1');
  third.on('error', () => undefined);
  await once(third, 'close');
  held[0]?.write('health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(await text(held[0] ?? third)).toMatch(/^HTTP\/1.1 200 /);
  held[1]?.destroy();
});
