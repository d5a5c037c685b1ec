import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';

const START_UP = 'document.title = "started"';
const PAGE = `<!doctype html><script src="/a.js"></script><script>${START_UP}</script>`;
const SCRIPT = 'export const answer = 42;\n'.repeat(50);
const HASHED = '/_app/immutable/entry/app.abc123.js';

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offcut-test-build-'));
  const files = {
    '/index.html': PAGE,
    '/service-worker.js': '// nothing',
    '/manifest.webmanifest': '{}',
    [HASHED]: SCRIPT,
    [`${HASHED}.br`]: brotliCompressSync(SCRIPT),
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0', OFFCUT_BUILD_DIR: folder } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('/ is the page for a browser, and says what the service is to a program', async () => {
  const page = await server.fetch('/', { headers: BROWSER });
  expect(await page.text()).toBe(PAGE);
  const service = await server.fetch('/');
  expect(await service.json()).toMatchObject({
    service: 'offcut',
    endpoints: {
      'GET /health': 'is it alive',
      'POST /api/remove': expect.stringContaining('rembg') as unknown,
    },
  });
  for (const { headers } of [page, service]) expect(headers.get('vary')).toContain('Accept');
});

test('the page may run its own inline script, by hash, WebAssembly, and no other code', async () => {
  const { headers } = await server.fetch('/', { headers: BROWSER });
  const policy = headers.get('content-security-policy') ?? '';
  const hash = createHash('sha256').update(START_UP).digest('base64');
  expect(policy).toContain(`script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`);
  expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
  expect(policy).toContain("frame-ancestors 'none'");
});

test('the page is cross-origin isolated, and so is every script that a worker may be started from', async () => {
  for (const path of ['/', HASHED, '/service-worker.js']) {
    const { headers } = await server.fetch(path, { headers: BROWSER });
    expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin');
    expect(headers.get('cross-origin-embedder-policy'), path).toBe('require-corp');
  }
});

test('files with a hash in their name are kept for good, all others are asked for again', async () => {
  expect((await server.fetch(HASHED)).headers.get('cache-control')).toBe(
    'public, max-age=31536000, immutable',
  );
  for (const path of ['/service-worker.js', '/manifest.webmanifest']) {
    const { headers } = await server.fetch(path);
    expect(headers.get('cache-control'), path).toBe('no-cache');
    const again = await server.fetch(path, {
      headers: { 'if-modified-since': headers.get('last-modified') ?? '' },
    });
    expect(again.status, path).toBe(304);
    expect(await again.text()).toBe('');
  }
});

test('the compressed copy is sent to those who can read it', async () => {
  const compressed = await server.fetch(HASHED, { headers: { 'accept-encoding': 'gzip, br' } });
  expect(compressed.headers.get('content-encoding')).toBe('br');
  expect(Number(compressed.headers.get('content-length'))).toBe(brotliCompressSync(SCRIPT).length);
  // fetch has decompressed it.
  expect(await compressed.text()).toBe(SCRIPT);
  const plain = await server.fetch(HASHED, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await plain.text()).toBe(SCRIPT);
});

test('what is neither a file nor a route is refused in the form of the API, folders above are not reached', async () => {
  for (const path of [
    '/nonesuch',
    '/_app/immutable/nonesuch.js',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
  ]) {
    const answer = await server.fetch(path, { headers: BROWSER });
    expect(answer.status, path).toBe(404);
    expect(answer.headers.get('content-type'), path).toMatch(/^application\/problem\+json/);
  }
});
