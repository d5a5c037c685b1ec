/** Uploads of large files go on after whatever broke them off: the line, the client or the server. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { submitWire } from '#queue/wire.ts';
import { DEFAULT_KEY_LIMITS, newKey } from '../../server/access/new-key.ts';
import { openSqliteKeys } from '../../server/stores/sqlite/keys.ts';
import { pngHeader } from '../unit/matting/support/files.ts';
import { photo } from '../contract/api-photos.ts';
import { TestCluster } from '../support/postgres-server.ts';
import { holdToDescription } from '../support/openapi/conforming.ts';
import { TestServer } from '../support/server.ts';
import { finished, problem, results, storedFiles, toForm } from './client.ts';

const MB = 1024 * 1024;
const idle = { OFFCUT_RUNNERS: '0' };
const tus = { 'tus-resumable': '1.0.0' };
const piece = { ...tus, 'content-type': 'application/offset+octet-stream' };

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { ...idle, OFFCUT_MAX_FILE_MB: '10' } });
  holdToDescription(server);
});
afterAll(() => server[Symbol.asyncDispose]());

type Headers = Record<string, string>;

async function begin(bytes: number, headers: Headers = {}, at = server): Promise<string> {
  const about = { 'upload-length': String(bytes), 'upload-metadata': `filename ${btoa('cat.jpg')}` };
  const response = await at.fetch('/queue/uploads', {
    method: 'POST',
    headers: { ...tus, ...about, ...headers },
  });
  expect(response.status).toBe(201);
  return response.headers.get('location') ?? '';
}

function send(path: string, offset: number, bytes: Uint8Array, headers: Headers = {}, at = server) {
  return at.fetch(path, {
    method: 'PATCH',
    headers: { ...piece, 'upload-offset': String(offset), ...headers },
    body: new Uint8Array(bytes),
  });
}

/** Where the upload stands; NaN when there is none. */
async function offsetOf(path: string, headers: Headers = {}, at = server): Promise<number> {
  const response = await at.fetch(path, { method: 'GET', headers: { ...tus, ...headers } });
  await response.arrayBuffer();
  return Number(response.headers.get('upload-offset') ?? Number.NaN);
}

const idOf = (path: string) => path.split('/').at(-1) ?? '';

function submit(paths: readonly string[], headers: Headers = {}, at = server, form = toForm([])) {
  form.append('uploads', paths.map(idOf).join(','));
  return at.fetch('/queue/submit', { method: 'POST', body: form, headers });
}

const jobOf = async (response: Response) => submitWire.parse(await response.json()).job_id;

/** What the server keeps as image `index` of a job. */
async function inputOf(jobId: string, index = 0, at = server): Promise<Buffer> {
  return readFile(join(at.dataDir, 'blobs', jobId.slice(-2), jobId, `${String(index)}.input`));
}

async function filesOf(path: string, at = server): Promise<string[]> {
  const id = idOf(path);
  return readdir(join(at.dataDir, 'blobs', id.slice(-2), id)).catch(() => []);
}

/** Begins to send a piece, and goes away in the middle of it. */
async function tear(path: string, offset: number, bytes: Uint8Array, sent: number, at = server) {
  const socket = connect(Number(new URL(at.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const head = [
    `PATCH ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries({ ...piece, 'upload-offset': offset, 'content-length': bytes.byteLength }).map(
      ([name, value]) => `${name}: ${String(value)}`,
    ),
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.write(bytes.subarray(0, sent), resolve));
  return socket;
}

test('a client of tus that knows nothing of us sends a photo in pieces, and its cutout comes out', async () => {
  await using working = await TestServer.start({ env: { OFFCUT_RUNNERS: '1' } });
  const image = await photo('portrait');
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(Buffer.from(image.bytes), {
      endpoint: `${working.url}/queue/uploads`,
      chunkSize: 5000,
      metadata: { filename: 'köln.jpg', filetype: 'image/jpeg' },
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
    });
    upload.start();
  });
  const job = await finished(working, await jobOf(await submit([url], {}, working)));
  expect(job).toMatchObject({ status: 'completed', type: 'single', filenames: ['köln.jpg'] });
  expect((await results(working, job))[0]?.byteLength).toBeGreaterThan(1000);
  expect(await filesOf(url, working)).toEqual([]);
});

describe('an upload that breaks off', () => {
  test('in the middle of a piece goes on at the byte where the line broke', async () => {
    const bytes = randomBytes(9 * MB);
    const path = await begin(bytes.byteLength);
    const socket = await tear(path, 0, bytes, 6 * MB + 17);
    await vi.waitFor(async () => expect(await offsetOf(path)).toBe(4 * MB), 30_000);
    socket.destroy();
    // What came after the last whole piece is kept when the line breaks; how much that is, the system decides.
    await vi.waitFor(async () => expect(await offsetOf(path)).toBeGreaterThan(4 * MB), 30_000);
    const offset = await offsetOf(path);
    expect(offset).toBeLessThanOrEqual(6 * MB + 17);
    expect((await send(path, offset, bytes.subarray(offset))).headers.get('upload-offset')).toBe(
      String(bytes.byteLength),
    );
    expect(bytes.equals(await inputOf(await jobOf(await submit([path]))))).toBe(true);
  });

  test('by the death of the server goes on with what was synced, on the one that follows', async () => {
    await using mortal = await TestServer.start({ env: idle });
    const bytes = randomBytes(9 * MB);
    const path = await begin(bytes.byteLength, {}, mortal);
    const socket = await tear(path, 0, bytes, 6 * MB, mortal);
    await vi.waitFor(async () => expect(await offsetOf(path, {}, mortal)).toBe(4 * MB), 30_000);
    await mortal.kill();
    socket.destroy();
    await mortal.restart();
    const asked = await mortal.fetch(path, { method: 'HEAD', headers: tus });
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'upload-offset': String(4 * MB),
      'upload-length': String(9 * MB),
      'cache-control': 'no-store',
    });
    expect((await send(path, 4 * MB, bytes.subarray(4 * MB), {}, mortal)).status).toBe(204);
    const job = await jobOf(await submit([path], {}, mortal));
    expect(bytes.equals(await inputOf(job, 0, mortal))).toBe(true);
  });

  test('goes on at another server of the same database', async () => {
    await using cluster = await TestCluster.start({ durable: false });
    const [one, other] = await Promise.all([
      cluster.api({ env: idle }),
      cluster.server({ env: { OFFCUT_RUNNERS: '1' } }),
    ]);
    const { bytes } = await photo('portrait');
    const path = await begin(bytes.byteLength, {}, one);
    expect((await send(path, 0, bytes.subarray(0, 3000), {}, one)).status).toBe(204);
    expect(await offsetOf(path, {}, other)).toBe(3000);
    expect((await send(path, 3000, bytes.subarray(3000), {}, other)).status).toBe(204);
    const id = await jobOf(await submit([path], {}, one));
    expect(await finished(other, id)).toMatchObject({ status: 'completed' });
  });
});

test('of two clients that go on from the same byte one is told where it stands, and nothing is mixed', async () => {
  const [a, b] = [randomBytes(5 * MB), randomBytes(5 * MB)];
  const path = await begin(5 * MB);
  const answers = await Promise.all([send(path, 0, a), send(path, 0, b)]);
  const statuses = answers.map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([204, 409]);
  const kept = await inputOf(await jobOf(await submit([path])));
  expect([a, b].filter((sent) => sent.equals(kept))).toHaveLength(1);
});

test('a client that kept nothing finds its upload by the key that it began it with, and no other client does', async () => {
  const key = { 'idempotency-key': 'trip-7/0' };
  const path = await begin(1000, key);
  expect((await send(path, 0, randomBytes(400))).status).toBe(204);
  expect([await begin(1000, key), await offsetOf(path)]).toEqual([path, 400]);
  expect(await begin(1000, { 'idempotency-key': 'trip-7/1' })).not.toBe(path);
  const other = { ...tus, ...key, 'upload-length': '999' };
  expect((await server.fetch('/queue/uploads', { method: 'POST', headers: other })).status).toBe(422);
});

describe('a submission', () => {
  const bytes = randomBytes(1000);

  async function uploaded(content: Uint8Array = bytes, headers: Headers = {}): Promise<string> {
    const path = await begin(content.byteLength, headers);
    expect((await send(path, 0, content, headers)).status).toBe(204);
    return path;
  }

  test('has its files first and then its uploads, in their order', async () => {
    const paths = [await uploaded(randomBytes(10)), await uploaded(randomBytes(20))].toReversed();
    const response = await submit(paths, {}, server, toForm([await photo('small')]));
    const id = await jobOf(response);
    const sizes = [await inputOf(id, 0), await inputOf(id, 1), await inputOf(id, 2)].map(
      ({ length }) => length,
    );
    expect(sizes.slice(1)).toEqual([20, 10]);
  });

  test('that is repeated with its key after its answer was lost is the same job; without, it is told which', async () => {
    const path = await uploaded();
    const key = { 'idempotency-key': 'plane-1' };
    const id = await jobOf(await submit([path], key));
    expect(await jobOf(await submit([path], key))).toBe(id);
    expect(bytes.equals(await inputOf(id))).toBe(true);
    const refused = await submit([path]);
    expect([refused.status, await problem(refused)]).toEqual([
      409,
      expect.objectContaining({ code: 'upload_used', job_id: id }),
    ]);
    expect((await send(path, 1000, bytes)).status).toBe(413);
  });

  test('waits for the last byte', async () => {
    const path = await begin(1000);
    await send(path, 0, bytes.subarray(0, 999));
    const refused = await submit([path]);
    expect([refused.status, await problem(refused)]).toEqual([
      409,
      expect.objectContaining({ code: 'upload_unfinished', offset: 999 }),
    ]);
    expect(await offsetOf(path)).toBe(999);
  });

  test('is refused a decompression bomb by its header, and keeps the upload', async () => {
    const path = await uploaded(pngHeader(60_000, 60_000));
    const before = await storedFiles(server);
    const refused = await submit([path]);
    expect([refused.status, (await problem(refused)).code]).toEqual([413, 'image_too_large']);
    expect((await storedFiles(server)).toSorted()).toEqual(before.toSorted());
  });

  test('names no upload twice', async () => {
    const path = await uploaded();
    expect((await submit([path, path])).status).toBe(400);
  });
});

describe('what is refused', () => {
  test('more bytes than a file may have, or than were announced', async () => {
    const large = await server.fetch('/queue/uploads', {
      method: 'POST',
      headers: { ...tus, 'upload-length': String(11 * MB) },
    });
    expect([large.status, (await problem(large)).code]).toEqual([413, 'file_too_large']);
    const path = await begin(10);
    expect((await send(path, 0, randomBytes(11))).status).toBe(413);
  });

  test('bytes that are not those of the checksum, of which none is kept', async () => {
    const bytes = randomBytes(5 * MB);
    const path = await begin(bytes.byteLength);
    const sum = (of: Uint8Array) => ({
      'upload-checksum': `sha1 ${createHash('sha1').update(of).digest('base64')}`,
    });
    expect((await send(path, 0, bytes, sum(randomBytes(3)))).status).toBe(460);
    expect([await offsetOf(path), await filesOf(path)]).toEqual([0, []]);
    expect((await send(path, 0, bytes, sum(bytes))).status).toBe(204);
    expect(await offsetOf(path)).toBe(bytes.byteLength);
  });

  test.each([
    ['another version of tus', { 'tus-resumable': '0.2.2', 'upload-length': '1' }, 412],
    ['no length', tus, 400],
    ['unreadable metadata', { ...tus, 'upload-length': '1', 'upload-metadata': 'filename ?' }, 400],
  ])('%s', async (_what, headers, status) => {
    expect((await server.fetch('/queue/uploads', { method: 'POST', headers })).status).toBe(status);
  });

  test('a piece that is none of tus, or goes nowhere', async () => {
    const path = await begin(10);
    expect((await send(path, 0, randomBytes(1), { 'content-type': 'image/png' })).status).toBe(415);
    expect((await send(path, 5, randomBytes(1))).status).toBe(409);
    expect((await send('/queue/uploads/nowhere', 0, randomBytes(1))).status).toBe(404);
    expect((await submit(['nowhere'])).status).toBe(404);
  });

  test('what is more than the queue takes; what is taken back makes room', async () => {
    await using small = await TestServer.start({ env: { ...idle, OFFCUT_MAX_WAITING: '1' } });
    const path = await begin(10, {}, small);
    const again = () =>
      small.fetch('/queue/uploads', { method: 'POST', headers: { ...tus, 'upload-length': '10' } });
    expect([(await again()).status, (await again()).headers.has('retry-after')]).toEqual([429, true]);
    expect((await small.fetch(path, { method: 'DELETE', headers: tus })).status).toBe(204);
    expect((await again()).status).toBe(201);
  });

  test('what a full disk has no room for', async () => {
    await using full = await TestServer.start({ env: { ...idle, OFFCUT_MIN_FREE_MB: '1000000000' } });
    const refused = await full.fetch('/queue/uploads', {
      method: 'POST',
      headers: { ...tus, 'upload-length': '10' },
    });
    expect([refused.status, (await problem(refused)).code]).toEqual([507, 'storage_full']);
  });
});

test('an upload of another key does not exist, whatever is asked of it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'offcut-uploads-'));
  const keys = openSqliteKeys(join(dataDir, 'queue.sqlite'));
  const [ours, theirs] = await Promise.all(
    ['ours', 'theirs'].map(async (name) => {
      const { key, text } = newKey({ name, limits: DEFAULT_KEY_LIMITS, operator: false }, Date.now());
      await keys.add(key);
      return { authorization: `Bearer ${text}` };
    }),
  );
  await keys.close();
  try {
    await using closed = await TestServer.start({ dataDir, env: idle });
    const path = await begin(4, ours, closed);
    const bytes = randomBytes(4);
    expect((await send(path, 0, bytes, theirs, closed)).status).toBe(404);
    expect(await offsetOf(path, theirs, closed)).toBeNaN();
    const taken = await closed.fetch(path, { method: 'DELETE', headers: { ...tus, ...theirs } });
    expect(taken.status).toBe(404);
    expect((await send(path, 0, bytes, ours, closed)).status).toBe(204);
    expect((await submit([path], theirs, closed)).status).toBe(404);
    expect((await submit([path], ours, closed)).status).toBe(200);
    const key = { 'idempotency-key': 'one' };
    expect(await begin(4, { ...ours, ...key }, closed)).not.toBe(
      await begin(4, { ...theirs, ...key }, closed),
    );
    expect((await send(path, 4, bytes, {}, closed)).status).toBe(401);
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

test('what nobody goes on with is given up, and its bytes with it', async () => {
  await using forgetful = await TestServer.start({ env: { ...idle, OFFCUT_UPLOADS_KEPT_HOURS: '0.0003' } });
  const path = await begin(10, {}, forgetful);
  await send(path, 0, randomBytes(5), {}, forgetful);
  expect(await filesOf(path, forgetful)).toHaveLength(1);
  await vi.waitFor(async () => expect(await offsetOf(path, {}, forgetful)).toBeNaN(), 30_000);
  await forgetful.stop();
  const swept = forgetful.nextLog('retention_swept', ({ uploads }) => uploads === 1);
  await forgetful.restart();
  await swept;
  expect(await filesOf(path, forgetful)).toEqual([]);
});
