import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { problem, stats, toForm } from './client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0', OFFCUT_ALLOWED_HOSTS: 'offcut.example' } });
});
afterAll(() => server[Symbol.asyncDispose]());

async function post(headers: Record<string, string>): Promise<Response> {
  return server.fetch('/queue/submit', { method: 'POST', headers, body: toForm([await photo()]) });
}

test.each([
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another port of this machine', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
  ['another site, in a browser that sends no Sec-Fetch-Site', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null' }],
])('a page of %s can submit nothing', async (_who, headers) => {
  const before = await stats(server);
  const response = await post(headers);
  expect(response.status).toBe(403);
  expect(await problem(response)).toMatchObject({ code: 'cross_site' });
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(await stats(server)).toEqual(before);
});

test.each([
  ['a program that is no browser', {}],
  ['the server’s own page', { 'sec-fetch-site': 'same-origin' }],
  ['a person who types the address', { 'sec-fetch-site': 'none' }],
  ['a page of a host that is allowed', { origin: 'https://offcut.example' }],
])('%s can submit', async (_who, headers) => {
  expect((await post(headers)).status).toBe(200);
});

test('the server’s own page can submit in a browser that sends Origin alone', async () => {
  expect((await post({ origin: server.url })).status).toBe(200);
});

test('deleting and cancelling are guarded as well', async () => {
  for (const [method, path] of [
    ['DELETE', '/queue/job/x'],
    ['POST', '/queue/job/x/cancel'],
  ] as const) {
    const headers = { origin: 'https://evil.example' };
    expect((await server.fetch(path, { method, headers })).status).toBe(403);
  }
});

/** `fetch` does not let its caller choose the Host. */
async function statusFor(host: string): Promise<number | undefined> {
  const asked = request(`${server.url}/queue/jobs`, { headers: { host } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

test('a host name that somebody lets point to this machine gets no answer (DNS rebinding)', async () => {
  expect(await statusFor('evil.example')).toBe(421);
  expect(await statusFor('localhost.evil.example:5000')).toBe(421);
  for (const own of ['localhost', 'localhost:5000', '127.0.0.1', '[::1]:5000', 'OFFCUT.example']) {
    expect(await statusFor(own), own).toBe(200);
  }
});

test('no other site can read an answer, embed it, or frame a page', async () => {
  const { headers } = await server.fetch('/queue/jobs', { headers: { origin: 'https://evil.example' } });
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});
