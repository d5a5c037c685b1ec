import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { TestServer } from '../support/server.ts';
import { runCli } from './run-cli.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'offcut-doctor-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const report = z.object({
  healthy: z.boolean(),
  checks: z.array(
    z.object({ check: z.string(), status: z.string(), detail: z.string(), remedy: z.string().optional() }),
  ),
});

async function examine(env: Record<string, string> = {}) {
  const { code, stdout } = await runCli(['doctor', '--json', '--data', data], { PORT: '0', ...env });
  return { code, stdout, ...report.parse(JSON.parse(stdout)) };
}

test('a machine that is well: every check passes, and one real image was cut out', async () => {
  const { code, healthy, checks } = await examine();
  expect({ code, healthy }).toEqual({ code: 0, healthy: true });
  expect(checks.find(({ check }) => check === 'model')?.detail).toMatch(/cuts out 1 megapixel in \d/);
});

test('everything that is wrong is named at once, each with what to do, and no secret is shown', async () => {
  await writeFile(join(data, 'queue.sqlite'), 'This is no database, however long it may be.'.repeat(99));
  const other = createServer((_, response) => response.end('something else')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  try {
    const { code, healthy, checks, stdout } = await examine({
      PORT: port,
      OFFCUT_RUNNERS: 'two',
      OFFCUT_THREADS: 'many',
      OFFCUT_MODELS_DIR: join(data, 'no-models'),
      OFFCUT_METRICS_TOKEN: 'a-token-that-is-secret',
    });
    expect({ code, healthy }).toEqual({ code: 1, healthy: false });
    const failed = checks.filter(({ status }) => status === 'fail');
    expect(failed.map(({ check }) => check)).toEqual(['settings', 'settings', 'queue', 'port', 'model']);
    expect(failed.every(({ remedy }) => (remedy ?? '').length > 10)).toBe(true);
    expect(stdout).not.toContain('a-token-that-is-secret');
  } finally {
    other.close();
  }
});

test('beside a running server: the port is its own, and the queue is read without disturbing it', async () => {
  await using server = await TestServer.start({ dataDir: data, env: { OFFCUT_RUNNERS: '0' } });
  const { code, checks } = await examine({ PORT: new URL(server.url).port, HOST: '127.0.0.1' });
  expect(code).toBe(0);
  expect(checks.find(({ check }) => check === 'port')?.detail).toContain('answers at');
  expect(checks.find(({ check }) => check === 'queue')?.detail).toContain('is sound');
  expect((await server.fetch('/queue/stats')).status).toBe(200);
});
