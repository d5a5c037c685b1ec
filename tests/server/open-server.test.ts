/** Who may use a server that has no keys: this machine alone, unless its operator says otherwise in words. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { problem, toForm } from './client.ts';
import { runCli } from './run-cli.ts';

const WORDS = 'anyone may use this server';

describe('beyond loopback', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'offcut-test-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  const serve = (env: Record<string, string>) =>
    runCli(['serve'], { HOST: '0.0.0.0', PORT: '0', OFFCUT_DATA_DIR: dataDir, OFFCUT_RUNNERS: '0', ...env });

  test('a server without keys does not listen, and names both ways out', async () => {
    const { code, stderr, stdout } = await serve({});
    expect(code).toBe(1);
    expect(stderr).toContain('offcut keys create <name>');
    expect(stderr).toContain(`OFFCUT_OPEN="${WORDS}"`);
    expect(stderr).not.toContain('    at ');
    expect(stdout).not.toContain('ready');
  });

  test('nor does one that is told of a proxy before it', async () => {
    const { code, stderr } = await serve({ HOST: '127.0.0.1', OFFCUT_TRUSTED_PROXIES: '1' });
    expect(code).toBe(1);
    expect(stderr).toContain('OFFCUT_TRUSTED_PROXIES=1: other machines can reach this server');
  });

  test('one on loopback answers nobody who comes through a proxy that it was not told of', async () => {
    await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
    expect((await server.fetch('/queue/jobs')).status).toBe(200);
    for (const headers of [{ 'x-forwarded-for': '203.0.113.1' }, { via: '1.1 proxy' }]) {
      const answer = await server.fetch('/queue/jobs', { headers });
      expect(answer.status).toBe(401);
      expect(await problem(answer)).toMatchObject({
        code: 'key_missing',
        detail: expect.stringContaining(`OFFCUT_OPEN="${WORDS}"`) as string,
      });
    }
  });

  test('words that are not exactly those do not open it', async () => {
    for (const words of ['1', 'yes', 'Anyone may use this server']) {
      const { code, stderr } = await serve({ OFFCUT_OPEN: words });
      expect(code).toBe(2);
      expect(stderr).toContain(`OFFCUT_OPEN=${words} is not "${WORDS}", word by word.`);
    }
  });

  test('with a key it listens, and wants it', async () => {
    await runCli(['keys', 'create', 'shop'], { OFFCUT_DATA_DIR: dataDir });
    await using server = await TestServer.start({ dataDir, env: { HOST: '0.0.0.0', OFFCUT_RUNNERS: '0' } });
    expect((await server.fetch('/queue/jobs')).status).toBe(401);
    expect((await server.fetch('/health')).status).toBe(200);
  });
});

describe('told to be open', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      env: {
        OFFCUT_OPEN: WORDS,
        OFFCUT_RUNNERS: '0',
        OFFCUT_OPEN_REQUESTS_PER_MINUTE: '6',
        OFFCUT_OPEN_IMAGES_PER_MINUTE: '2',
        OFFCUT_TRUSTED_PROXIES: '1',
      },
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const from = (address: string) => ({ 'x-forwarded-for': address });
  const list = (headers: Record<string, string>) => server.fetch('/queue/jobs', { headers });

  test('each address may ask so often, whatever it claims to be', async () => {
    for (let asked = 0; asked < 6; asked += 1) expect((await list(from('203.0.113.1'))).status).toBe(200);
    expect(await problem(await list(from('203.0.113.1')))).toMatchObject({ code: 'rate_limited' });
    expect((await list(from('1.2.3.4, 203.0.113.1'))).status).toBe(429);
    expect((await list(from('203.0.113.2'))).status).toBe(200);
  });

  test('each address may send so many images', async () => {
    const send = async (address: string, count: number) => {
      const images = await Promise.all(Array.from({ length: count }, () => photo()));
      return server.fetch('/queue/submit', { method: 'POST', headers: from(address), body: toForm(images) });
    };
    expect((await send('203.0.113.3', 2)).status).toBe(200);
    expect((await send('203.0.113.3', 1)).status).toBe(429);
    expect((await send('203.0.113.4', 1)).status).toBe(200);
  });

  test('nobody may pause the queue; keys of other services mean nothing; one of ours must be right', async () => {
    const headers = from('203.0.113.5');
    expect((await server.fetch('/queue/pause', { method: 'POST', headers })).status).toBe(403);
    expect((await list({ ...headers, 'x-api-key': 'of-remove-bg' })).status).toBe(200);
    expect((await list({ ...headers, 'x-api-key': 'offcut_wrong' })).status).toBe(401);
  });
});
