/** API keys of a real server: who is let in, what each sees, how much it may have, and how it ends. */
import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { jobListWire, statsWire, submitWire } from '#queue/wire.ts';
import { openApiDocument } from '../../server/openapi/document.ts';
import { VERSION } from '../../server/version.ts';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { problem, storedFiles, toForm } from './client.ts';
import { runCli } from './run-cli.ts';

/** With the first key the server is closed, so this one is for good. */
let server: TestServer;
let ours: string;
let theirs: string;
beforeAll(async () => {
  server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  await closedBy(async () => {
    ours = await createKey('ours', '--rate', 'none');
    theirs = await createKey('theirs', '--rate', 'none');
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const onTheServer = (...args: string[]) => runCli(args, { OFFCUT_DATA_DIR: server.dataDir });

async function createKey(...args: string[]): Promise<string> {
  const { stdout, code, stderr } = await onTheServer('keys', 'create', ...args);
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

/** Makes keys, and waits until the running server knows that it has some. */
async function closedBy(work: () => Promise<void>): Promise<void> {
  expect((await server.fetch('/queue/jobs')).status).toBe(200);
  await work();
  await vi.waitFor(async () => expect((await server.fetch('/queue/jobs')).status).toBe(401), {
    timeout: 10_000,
  });
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const idOf = (key: string) => key.split('_')[1] ?? '';

function send(
  key: string,
  images: Awaited<ReturnType<typeof photo>>[],
  headers: Record<string, string> = {},
) {
  const init = { method: 'POST', headers: { ...bearer(key), ...headers }, body: toForm(images) };
  return server.fetch('/queue/submit', init);
}

async function submitAs(key: string, headers: Record<string, string> = {}): Promise<string> {
  return submitWire.parse(await (await send(key, [await photo()], headers)).json()).job_id;
}

const TUS = { 'tus-resumable': '1.0.0' };

/** @returns the id of an upload whose bytes have yet to come */
async function beginUploadAs(key: string): Promise<string> {
  const headers = { ...bearer(key), ...TUS, 'upload-length': '4' };
  const begun = await server.fetch('/queue/uploads', { method: 'POST', headers });
  return begun.headers.get('location')?.split('/').at(-1) ?? 'none';
}

async function jobsOf(key: string): Promise<string[]> {
  const answer = await server.fetch('/queue/jobs?limit=100', { headers: bearer(key) });
  return jobListWire.parse(await answer.json()).jobs.map(({ id }) => id);
}

const operations = Object.entries(openApiDocument(VERSION).paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
);

describe('without a key', () => {
  const OPEN = [
    '/',
    '/health',
    '/ready',
    '/docs',
    '/openapi.json',
    '/weights',
    '/weights/{file}',
    '/metrics',
  ];

  test.each(operations.filter(({ path }) => !OPEN.includes(path)))(
    '$method $path is refused, and says how to ask',
    async ({ method, path }) => {
      const answer = await server.fetch(path.replace('{id}', crypto.randomUUID()).replace('{index}', '0'), {
        method,
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="offcut"');
      expect(await answer.text()).toMatch(/key_missing.*offcut keys create|offcut keys create.*key_missing/);
    },
  );

  test.each(['/', '/health', '/ready', '/docs', '/openapi.json', '/weights'])('%s is open', async (path) => {
    expect((await server.fetch(path)).status).toBe(path === '/ready' ? 200 : 200);
  });

  test('what is nowhere is refused as well, so that nobody learns what there is', async () => {
    expect((await server.fetch('/queue/nonesuch')).status).toBe(401);
    expect((await server.fetch('/nonesuch', { method: 'POST' })).status).toBe(401);
  });

  test('loopback is no exception, nor is a proxy’s word for it', async () => {
    const headers = { 'x-forwarded-for': '127.0.0.1' };
    expect((await server.fetch('/queue/stats', { headers })).status).toBe(401);
  });
});

describe('a wrong key', () => {
  test.each([
    ['one of another server', `offcut_${'0'.repeat(12)}_${'0'.repeat(38)}`, 'malformed'],
    ['one of another service', 'sk-12345', 'malformed'],
    ['one that is cut off', 'offcut_0123', 'malformed'],
  ])('%s is refused', async (_what, key, reason) => {
    const answer = await server.fetch('/queue/jobs', { headers: { 'x-api-key': key } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="offcut", error="invalid_token"');
    expect(await problem(answer)).toMatchObject({ code: 'key_invalid', reason });
  });

  test('clients of remove.bg hear of it in their own words', async () => {
    const answer = await server.fetch('/v1.0/account', { headers: { 'x-api-key': 'of-remove-bg' } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'key_invalid' }] });
    const right = await server.fetch('/v1.0/account', { headers: { 'x-api-key': ours } });
    expect(right.status).toBe(200);
  });
});

describe('a key', () => {
  test('is taken as a bearer token and as X-Api-Key, by the command line and the client', async () => {
    expect((await server.fetch('/queue/jobs', { headers: bearer(ours) })).status).toBe(200);
    expect((await server.fetch('/queue/jobs', { headers: { 'x-api-key': ours } })).status).toBe(200);
    const env = { OFFCUT_SERVER: server.url };
    expect(await runCli(['stats'], { ...env, OFFCUT_KEY: ours })).toMatchObject({ code: 0 });
    expect(await runCli(['stats', '--key', ours], env)).toMatchObject({ code: 0 });
    const { code, stderr } = await runCli(['stats'], { ...env, OFFCUT_KEY: '' });
    expect(code).toBe(1);
    expect(stderr).toContain('OFFCUT_KEY');
  });

  test('sees its own jobs, totals and changes, and may use an Idempotency-Key of another’s', async () => {
    const headers = { 'idempotency-key': 'same' };
    const mine = await submitAs(ours, headers);
    const other = await submitAs(theirs, headers);
    expect(other).not.toBe(mine);
    expect(await jobsOf(ours)).toEqual([mine]);
    expect(await jobsOf(theirs)).toEqual([other]);
    for (const [key, id] of [
      [ours, mine],
      [theirs, other],
    ] as const) {
      const stats = await server.fetch('/queue/stats', { headers: bearer(key) });
      expect(statsWire.parse(await stats.json()).stats.total).toBe(1);
      const changes = await (await server.fetch('/queue/changes', { headers: bearer(key) })).text();
      expect([changes.includes(mine), changes.includes(other)]).toEqual([id === mine, id === other]);
    }
  });

  test('finds no job and no upload of another key, whichever way it asks', async () => {
    const id = await submitAs(ours);
    const upload = await beginUploadAs(ours);
    const routes = operations.filter(({ path }) => path.includes('{id}'));
    expect(routes.length).toBeGreaterThanOrEqual(10);
    const asUpload = {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': '0',
      'x-http-method-override': 'PATCH',
    };
    for (const { method, path } of routes) {
      const isUpload = path.includes('/uploads/');
      const answer = await server.fetch(
        path.replace('{id}', isUpload ? upload : id).replace('{index}', '0'),
        {
          method,
          headers: { ...bearer(theirs), ...(isUpload && asUpload) },
        },
      );
      expect([method, path, answer.status]).toEqual([method, path, 404]);
      // An answer to HEAD has no body.
      if (method === 'HEAD') continue;
      const code = isUpload ? 'upload_not_found' : 'job_not_found';
      expect(await problem(answer), `${method} ${path}`).toMatchObject({ code });
    }
    const own = await server.fetch(`/queue/uploads/${upload}`, {
      method: 'HEAD',
      headers: { ...bearer(ours), ...TUS },
    });
    expect(own.status).toBe(200);
    const order = await server.fetch('/queue/order', {
      method: 'POST',
      headers: { ...bearer(theirs), 'content-type': 'application/json' },
      body: JSON.stringify({ job_ids: [id] }),
    });
    expect(await order.json()).toMatchObject({ job_ids: [] });
    expect(await jobsOf(ours)).toContain(id);
  });

  test('hears of its own jobs alone on the stream of all', async () => {
    const abort = new AbortController();
    const headers = { ...bearer(theirs), 'last-event-id': '0' };
    const stream = await server.fetch('/queue/events', { headers, signal: abort.signal });
    const mine = await submitAs(ours);
    const other = await submitAs(theirs);
    const heard = await readUntil(stream, other);
    expect(heard).not.toContain(mine);
    abort.abort();
  });

  test('may not pause the queue of all, unless it is an operator’s', async () => {
    const pause = (key: string) => server.fetch('/queue/pause', { method: 'POST', headers: bearer(key) });
    const refused = await pause(ours);
    expect(refused.status).toBe(403);
    expect(await problem(refused)).toMatchObject({ code: 'operator_only' });
    const operator = await createKey('operator', '--operator');
    expect((await pause(operator)).status).toBe(200);
    const resume = { method: 'POST', headers: bearer(operator) };
    expect((await server.fetch('/queue/resume', resume)).status).toBe(200);
  });

  test('that is revoked ends within seconds, with the streams that it has open', async () => {
    const key = await createKey('short');
    const stream = await server.fetch('/queue/events', { headers: bearer(key) });
    const { stdout } = await onTheServer('keys', 'revoke', idOf(key));
    expect(stdout).toContain(`${idOf(key)} is revoked`);
    // It has no end of its own.
    await stream.text();
    const answer = await server.fetch('/queue/jobs', { headers: bearer(key) });
    expect(await problem(answer)).toMatchObject({ status: 401, code: 'key_invalid', reason: 'revoked' });
  });

  test('is in no file and no line of the log', async () => {
    const { execFileSync } = await import('node:child_process');
    const secret = ours.split('_')[2] ?? '';
    const found = execFileSync('sh', ['-c', 'grep -rlF -- "$1" "$2" || true', 'sh', secret, server.dataDir]);
    expect(found.toString()).toBe('');
    expect(JSON.stringify(server.log)).not.toContain(secret);
    expect(server.log.filter(({ event }) => event === 'key_refused').length).toBeGreaterThan(0);
  });
});

describe('limits of a key', () => {
  test('requests in a minute', async () => {
    const key = await createKey('slow', '--rate', '3/min');
    const ask = () => server.fetch('/queue/stats', { headers: bearer(key) });
    for (const remaining of [2, 1, 0]) {
      const answer = await ask();
      expect(answer.headers.get('ratelimit-policy')).toBe('"requests";q=3;w=60');
      expect(answer.headers.get('ratelimit')).toMatch(
        new RegExp(`^"requests";r=${String(remaining)};t=\\d+$`),
      );
    }
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit')).toMatch(/r=0/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(refused)).toMatchObject({ code: 'rate_limited', limit: 'requests', per_minute: 3 });
    expect((await server.fetch('/queue/stats', { headers: bearer(ours) })).status).toBe(200);
  });

  test('images in a minute, whichever route they come by; nothing of what is refused is kept', async () => {
    const key = await createKey('few', '--images', '3/min', '--rate', 'none');
    const before = await storedFiles(server);
    const tooMany = await send(key, [await photo(), await photo(), await photo(), await photo()]);
    expect(await problem(tooMany)).toMatchObject({ status: 413, code: 'too_many_files', per_minute: 3 });
    expect((await send(key, [await photo(), await photo()])).status).toBe(200);
    const twoMore = await send(key, [await photo(), await photo()]);
    expect(await problem(twoMore)).toMatchObject({ status: 429, code: 'rate_limited', limit: 'images' });
    expect((await send(key, [await photo()])).status).toBe(200);
    const image = toForm([{ ...(await photo()), field: 'image' }]);
    const waited = await server.fetch('/remove-bg', { method: 'POST', headers: bearer(key), body: image });
    expect(waited.status).toBe(429);
    expect(await storedFiles(server)).toHaveLength(before.length + 3);
  });

  test.each([
    ['--max-jobs', '1'],
    ['--max-waiting', '1'],
    ['--max-bytes', '1K'],
  ])('%s %s', async (...limit) => {
    const key = await createKey('small', ...limit);
    const id = await submitAs(key);
    const before = await storedFiles(server);
    const refused = await send(key, [await photo()]);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(refused)).toMatchObject({ code: 'key_quota_reached' });
    expect(await storedFiles(server)).toEqual(before);
    expect((await send(ours, [await photo()])).status, 'others have theirs').toBe(200);
    await server.fetch(`/queue/job/${id}`, { method: 'DELETE', headers: bearer(key) });
    expect((await send(key, [await photo()])).status, 'there is room again').toBe(200);
  });
});

describe('offcut keys', () => {
  test('lists what there is, and no secret', async () => {
    const { stdout } = await onTheServer('keys', 'list', '--json');
    const all = JSON.parse(stdout) as { id: string; name: string }[];
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['ours', 'theirs']));
    expect(all.find(({ id }) => id === idOf(ours))).toMatchObject({
      last_used_at: expect.any(String) as string,
    });
    expect(stdout).not.toMatch(/whsec_|[0-9a-f]{64}/);
    expect((await onTheServer('keys', 'list')).stdout).toMatch(/revoked \d{4}/);
  });

  test('shows what webhooks are signed with, and makes another', async () => {
    const secret = async (...more: string[]) =>
      (await onTheServer('keys', 'webhook-secret', idOf(ours), ...more)).stdout.trim();
    const first = await secret();
    expect(first).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(await secret()).toBe(first);
    const second = await secret('--renew');
    expect(second).not.toBe(first);
    expect(await secret()).toBe(second);
  });

  test.each([
    [['create'], 2, 'Give the key one name.'],
    [['create', 'x', '--rate', 'fast'], 2, '--rate fast is neither a rate such as 600/min nor none.'],
    [['create', 'x', '--max-bytes', '10Q'], 2, '--max-bytes 10Q is neither'],
    [['revoke', 'nobody'], 1, 'There is no key "nobody" here.'],
    [['webhook-secret', 'nobody'], 1, 'There is no key "nobody" here.'],
  ])('%j ends with %i and a sentence', async (args, exitCode, words) => {
    const { code, stderr } = await onTheServer('keys', ...args);
    expect({ code, stderr }).toMatchObject({
      code: exitCode,
      stderr: expect.stringContaining(words) as string,
    });
  });
});

test('wrong keys many times from one address is told to wait; the right one is taken all the same', async () => {
  const ask = () => server.fetch('/queue/jobs', { headers: bearer('offcut_wrong') });
  let answer = await ask();
  for (let asked = 0; answer.status === 401 && asked < 30; asked += 1) answer = await ask();
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await problem(answer)).toMatchObject({ code: 'rate_limited', limit: 'failures' });
  expect((await server.fetch('/queue/jobs', { headers: bearer(ours) })).status).toBe(200);
});

test('a server whose keys are all revoked opens to nobody', async () => {
  const { stdout } = await onTheServer('keys', 'list', '--json');
  const ids = (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
  await onTheServer('keys', 'revoke', ...ids);
  await server.stop();
  await server.restart();
  expect((await server.fetch('/queue/jobs')).status).toBe(401);
  expect((await server.fetch('/queue/jobs', { headers: bearer(ours) })).status).toBe(401);
});

test('the page of a closed server is open: it does its work on its own device', async () => {
  const asked = request(server.url, { headers: { accept: 'text/html' } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(200);
});

async function readUntil({ body }: Response, text: string): Promise<string> {
  let heard = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    heard += decoder.decode(chunk, { stream: true });
    if (heard.includes(text)) break;
  }
  return heard;
}
