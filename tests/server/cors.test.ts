/** Pages of the origins that the operator names may use the server from a browser; all others stay out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../server/config.ts';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { toForm } from './client.ts';

const SHOP = 'https://shop.example';
const STRANGERS = [
  'https://evil.example',
  'https://shop.example.evil.example',
  'http://shop.example',
  'null',
];

let server: TestServer;
beforeAll(async () => {
  const env = {
    OFFCUT_RUNNERS: '0',
    OFFCUT_CORS_ORIGINS: `${SHOP}, http://localhost:3000`,
    OFFCUT_HSTS_DAYS: '1',
  };
  server = await TestServer.start({ env });
});
afterAll(() => server[Symbol.asyncDispose]());

const as = (origin: string) => ({ origin, 'sec-fetch-site': 'cross-site' });

function preflight(origin: string): Promise<Response> {
  const headers = { origin, 'access-control-request-method': 'POST' };
  return server.fetch('/queue/submit', { method: 'OPTIONS', headers });
}

test('a page of a named origin may ask, submit, and read what it needs of the answer', async () => {
  const allowed = await preflight(SHOP);
  expect(allowed.status).toBe(204);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': SHOP,
    'access-control-allow-methods': 'GET,HEAD,POST,PATCH,DELETE',
    'access-control-allow-headers': expect.stringMatching(
      /^Authorization,Content-Type,Idempotency-Key,Last-Event-ID,Tus-Resumable,Upload-.*,X-Api-Key,/,
    ) as string,
    'access-control-max-age': '600',
  });
  const init = { method: 'POST', headers: as(SHOP), body: toForm([await photo()]) };
  const answer = await server.fetch('/queue/submit', init);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP);
  // Where an upload is, and stands, is said in headers.
  const readable = answer.headers.get('access-control-expose-headers')?.split(',') ?? [];
  expect(readable).toEqual(expect.arrayContaining(['Location', 'Retry-After', 'Upload-Offset']));
  expect(answer.headers.get('vary')).toContain('Origin');
});

test('a refusal can be read as well', async () => {
  const answer = await server.fetch('/queue/job/nonesuch', { headers: as(SHOP) });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP);
});

test.each(STRANGERS)('%s may neither read nor change anything', async (origin) => {
  const read = await server.fetch('/queue/jobs', { headers: as(origin) });
  expect(read.headers.get('access-control-allow-origin')).toBeNull();
  expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
  const init = { method: 'POST', headers: as(origin), body: toForm([await photo()]) };
  expect((await server.fetch('/queue/submit', init)).status).toBe(403);
});

test('nobody is told that credentials go along, and no answer is for everybody', async () => {
  for (const origin of [SHOP, ...STRANGERS]) {
    for (const { headers } of [
      await preflight(origin),
      await server.fetch('/health', { headers: as(origin) }),
    ]) {
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('access-control-allow-origin')).not.toBe('*');
    }
  }
});

test('every answer has the headers that keep it from being misused', async () => {
  for (const path of ['/', '/queue/jobs', '/queue/nonesuch', '/openapi.json', '/service-worker.js']) {
    const { headers } = await server.fetch(path, { headers: { accept: 'text/html' } });
    expect(headers.get('strict-transport-security'), path).toBe('max-age=86400');
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('x-frame-options'), path).toBe('DENY');
    expect(headers.get('referrer-policy'), path).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
    expect(headers.get('permissions-policy'), path).toContain('camera=()');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy, path).toMatch(/default-src '(none|self)'/);
    expect(policy, path).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
    expect(policy, path).toContain("frame-ancestors 'none'");
  }
});

test.each(['*', 'shop.example', 'https://shop.example/', 'https://shop.example/x', 'https://*.example'])(
  'OFFCUT_CORS_ORIGINS=%s is none',
  (value) => {
    expect(() => readConfig({ OFFCUT_CORS_ORIGINS: value })).toThrow(`OFFCUT_CORS_ORIGINS=${value} is not`);
  },
);
