import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modelSchema } from '#models/schema.ts';
import { modelsWire, problemWire } from '#queue/wire.ts';
import { tinyModelWeights } from '../fixtures/tiny-model.ts';
import { TestServer } from '../support/server.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { weightsPath } from '../../server/matting/weights.ts';
import { serveWeights, whole } from '../unit/models/weights-server.ts';
import { finished, photos, submit } from './client.ts';
import { runCli } from './run-cli.ts';

const ADD = ['--id', 'tiny', '--size', '320x320', '--mean', '0', '--std', '1'];

let folder: string;
let onnx: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offcut-models-'));
  onnx = join(folder, 'mine.bin');
  await writeFile(onnx, tinyModelWeights());
});
afterEach(() => rm(folder, { recursive: true }));

const models = (...args: string[]) => runCli(['models', ...args], { OFFCUT_MODELS_DIR: folder });

/** The default's weights, so that nothing is fetched. */
async function copyDefault(): Promise<Buffer> {
  const weights = await readFile(weightsPath(DEFAULT_MODEL));
  await writeFile(join(folder, DEFAULT_MODEL.file), weights);
  return weights;
}

describe('models list', () => {
  test('shows size, licence and what is installed', async () => {
    await copyDefault();
    const { code, stdout } = await models('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^u2netp +4\.6 MB {2}installed {2}Apache-2\.0, commercial use allowed \(default\)$/m,
    );
    expect(stdout).toMatch(/^isnet-general-use +178\.6 MB {2}- +Apache-2\.0/m);
    const { stdout: json } = await models('list', '--installed', '--json');
    expect(JSON.parse(json)).toMatchObject([{ id: 'u2netp', installed: true }]);
  });
});

describe('models pull', () => {
  test('asks the mirror, through the proxy of the environment, and verifies what comes', async () => {
    await using mirror = await serveWeights({ '/u2netp.onnx': whole(await copyDefault()) });
    await rm(join(folder, DEFAULT_MODEL.file));
    const tunnels: string[] = [];
    const proxy = createServer((request, response) => {
      // Plain HTTP may be asked of a proxy without a tunnel.
      tunnels.push(request.url ?? '');
      void fetch(mirror.url + (URL.parse(request.url ?? '')?.pathname ?? '')).then(async (answer) =>
        response.end(Buffer.from(await answer.arrayBuffer())),
      );
    });
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const at = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const env = { OFFCUT_MODELS_DIR: folder, HTTP_PROXY: at, http_proxy: at, NO_PROXY: '', no_proxy: '' };
    // A name that only the proxy can reach.
    await runCli(['models', 'pull', 'silueta'], {
      ...env,
      HTTPS_PROXY: at,
      https_proxy: at,
      MODELS_MIRROR: 'http://mirror.invalid',
    });
    expect(tunnels.join(' ')).toMatch(/mirror\.invalid/);
    expect(tunnels.join(' ')).toMatch(/github\.com:443/);
    tunnels.length = 0;
    const direct = { ...env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1', MODELS_MIRROR: mirror.url };
    const { code, stdout } = await runCli(['models', 'pull', 'u2netp'], direct);
    proxy.close();
    expect(tunnels).toEqual([]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/licence {3}Apache-2\.0, commercial use allowed, https:/);
    expect(stdout).toMatch(/\[#+\] 4\.6 MB of 4\.6 MB\nu2netp is installed at /);
    expect((await models('verify')).stdout).toMatch(/^u2netp +ok$/m);
  });

  test('downloads nothing under a licence that is not permissive before somebody agrees', async () => {
    await using mirror = await serveWeights({});
    const env = { OFFCUT_MODELS_DIR: folder, MODELS_MIRROR: mirror.url };
    const { code, stdout, stderr } = await runCli(['models', 'pull', 'isnet-small'], env);
    expect(code).toBe(2);
    expect(stdout).toContain('AGPL-3.0-only');
    expect(stderr).toContain('--yes');
    expect(mirror.asked).toEqual([]);
  });

  test('of a model that does not exist names those that do', async () => {
    const { code, stderr } = await models('pull', 'nonesuch');
    expect(code).toBe(2);
    expect(stderr).toMatch(/no model "nonesuch".*u2netp.*birefnet-general/s);
  });
});

describe('models verify', () => {
  test('names a damaged file and the command that replaces it', async () => {
    const weights = await copyDefault();
    await writeFile(join(folder, DEFAULT_MODEL.file), weights.fill(0, 0, 9));
    const { code, stdout } = await models('verify');
    expect(code).toBe(1);
    expect(stdout).toMatch(/u2netp .* has sha256 .*; run `npx offcut models pull u2netp`/);
  });
});

describe('models add', () => {
  test('installs a file that runs; list, verify and remove know it', async () => {
    const { code, stdout } = await models('add', onnx, ...ADD, '--licence', 'MIT');
    expect(stdout).toContain('tiny is installed');
    expect(code).toBe(0);
    const description = modelSchema.parse(JSON.parse(await readFile(join(folder, 'tiny.json'), 'utf8')));
    expect(description).toMatchObject({ mean: [0, 0, 0], scale: 255, bytes: 143, licence: 'MIT' });
    expect((await models('list')).stdout).toMatch(/^tiny .*installed .*\(your own\)$/m);
    expect((await models('verify', 'tiny')).code).toBe(0);
    expect((await models('remove', 'tiny')).code).toBe(0);
    expect(await readdir(folder)).toEqual(['mine.bin']);
  });

  test('ignores a description that is damaged, and says so', async () => {
    await models('add', onnx, ...ADD);
    await writeFile(join(folder, 'tiny.json'), '{"id": "../tiny"}');
    const { stdout, stderr } = await models('list');
    expect(stdout).not.toContain('tiny');
    expect(stderr).toContain('tiny.json describes no model');
  });

  test.each([
    ['a name that is taken', ['--id', 'u2netp', ...ADD.slice(2)], 2, 'There is a model "u2netp" already'],
    ['a name that leads elsewhere', ['--id', '../x', ...ADD.slice(2)], 2, 'is no id'],
    ['a size that the network does not take', [...ADD, '--size', '64x64'], 1, 'failed'],
    ['an output that it lacks', [...ADD, '--output', '3'], 1, 'its entry names output 3'],
    ['a mean of two numbers', [...ADD, '--mean', '1,2'], 2, 'neither one number nor three'],
  ])('refuses %s', async (_what, args, exitCode, message) => {
    const { code, stderr } = await models('add', onnx, ...args);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCode);
    expect(await readdir(folder)).toEqual(['mine.bin']);
  });

  test('refuses what is no network', async () => {
    await writeFile(onnx, 'hello');
    const { code, stderr } = await models('add', onnx, ...ADD);
    expect(code).toBe(1);
    expect(stderr).toContain('could not be loaded');
  });
});

test('a server refuses a known model that is not installed, and uses one as soon as it is added', async () => {
  await copyDefault();
  await using server = await TestServer.start({ env: { OFFCUT_MODELS_DIR: folder } });
  const form = new FormData();
  form.append('images', new Blob(['any']), 'a.jpg');
  const refused = await server.fetch('/queue/submit?model=u2net', { method: 'POST', body: form });
  expect(refused.status).toBe(409);
  expect(problemWire.parse(await refused.json())).toMatchObject({
    code: 'model_not_installed',
    detail: expect.stringContaining('npx offcut models pull u2net') as string,
  });
  await models('add', onnx, ...ADD);
  const { models: listed } = modelsWire.parse(await (await server.fetch('/models')).json());
  expect(listed).toContainEqual(expect.objectContaining({ id: 'tiny', installed: true }));
  expect(listed).toContainEqual(expect.objectContaining({ id: 'u2net', installed: false }));
  const { job_id: id } = await submit(server, (await photos()).slice(0, 1), { model: 'tiny' });
  expect(await finished(server, id)).toMatchObject({ status: 'completed', model: 'tiny' });
});

test('the server hands out the weights that are installed, from any byte on, and no other file', async () => {
  const weights = await copyDefault();
  await using server = await TestServer.start({ env: { OFFCUT_MODELS_DIR: folder, OFFCUT_RUNNERS: '0' } });
  const list = (await (await server.fetch('/weights')).json()) as { models: unknown[] };
  expect(list.models.map((model) => modelSchema.parse(model).id)).toEqual(['u2netp']);
  const all = await server.fetch('/weights/u2netp.onnx');
  expect(all.headers.get('cache-control')).toContain('immutable');
  expect(Buffer.from(await all.arrayBuffer())).toEqual(weights);
  const rest = await server.fetch('/weights/u2netp.onnx', { headers: { range: 'bytes=4574860-' } });
  expect(rest.status).toBe(206);
  expect(rest.headers.get('content-range')).toBe('bytes 4574860-4574860/4574861');
  expect(new Uint8Array(await rest.arrayBuffer())).toEqual(new Uint8Array(weights.subarray(-1)));
  for (const path of ['/weights/silueta.onnx', '/weights/mine.bin', '/weights/..%2fmine.bin']) {
    const { status } = await server.fetch(path);
    expect(status, path).toBe(404);
  }
});
