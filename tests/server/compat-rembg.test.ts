/** rembg's server, as its clients know it (rembg/commands/s_command.py). */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { holdToDescription } from '../support/openapi/conforming.ts';
import { TestServer } from '../support/server.ts';
import { problem, stats, storedFiles, toForm } from './client.ts';

let server: TestServer;
const pictures = createServer((_request, response) => {
  void photo().then(({ bytes }) => response.setHeader('content-type', 'image/jpeg').end(bytes));
});

beforeAll(async () => {
  await once(pictures.listen(0, '127.0.0.1'), 'listening');
  server = await TestServer.start({
    env: { MODEL_ALIASES: 'u2net=u2netp', OFFCUT_FETCH_URLS: '1', OFFCUT_FETCH_PRIVATE_HOSTS: 'localhost' },
  });
  holdToDescription(server);
});
afterAll(async () => {
  pictures.close();
  await server[Symbol.asyncDispose]();
});

async function post(fields: Record<string, string> = {}, query = ''): Promise<Response> {
  const body = toForm([await photo('small', { field: 'file' })], fields);
  return server.fetch(`/api/remove${query}`, { method: 'POST', body });
}

async function pixels(response: Response) {
  expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({
    status: 200,
    type: 'image/png',
  });
  const image = sharp(await response.arrayBuffer());
  const { channels } = await image.metadata();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels };
}

const alphas = ({ data }: { data: Buffer }) => new Set(data.filter((_, i) => i % 4 === 3));

test('POST answers the cutout as a PNG, says which model ran, and keeps nothing', async () => {
  const response = await post({ model: 'u2net' });
  expect(response.headers.get('offcut-model')).toBe('u2netp');
  const { width, height } = await sharp((await photo()).bytes).metadata();
  expect(await pixels(response)).toMatchObject({ width, height, channels: 4 });
  expect((await stats(server)).total).toBe(0);
  expect(await storedFiles(server)).toEqual([]);
});

test('GET fetches the picture', async () => {
  const url = `http://localhost:${(pictures.address() as AddressInfo).port}/photo.jpg`;
  const response = await server.fetch(`/api/remove?${new URLSearchParams({ url, om: 'true' }).toString()}`);
  expect(await pixels(response)).toMatchObject({ channels: 1 });
});

test('GET fetches nothing of the server’s own network', async () => {
  const url = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/`;
  const response = await server.fetch(`/api/remove?${new URLSearchParams({ url }).toString()}`);
  expect(response.status).toBe(400);
  expect(await problem(response)).toMatchObject({ code: 'url_refused' });
});

test('a page of another site can make it fetch nothing, not even as the source of a picture', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
  const response = await server.fetch('/api/remove?url=https://example.com/', { headers });
  expect(response.status).toBe(403);
  expect(await problem(response)).toMatchObject({ code: 'cross_site' });
});

describe('parameters', () => {
  test('om: the mask alone, in one channel', async () => {
    expect(await pixels(await post({ om: 'yes' }))).toMatchObject({ channels: 1 });
  });

  test('bgc: red, green, blue, alpha, also in the query as rembg reads it', async () => {
    for (const response of [await post({ bgc: '255,0,0,255' }), await post({}, '?bgc=255,0,0,255')]) {
      const image = await pixels(response);
      expect([...image.data.subarray(0, 3)]).toEqual([255, 0, 0]);
    }
  });

  test('ppm: every alpha is 0 or 255', async () => {
    expect([...alphas(await pixels(await post({ ppm: 'true' })))].sort()).toEqual([0, 255]);
  });

  test('a, af, ab, ae: closed-form matting between the thresholds', async () => {
    const plain = await pixels(await post());
    const matted = await pixels(await post({ a: 'true', af: '200', ab: '20', ae: '3' }));
    expect(matted.width).toBe(plain.width);
    expect(Buffer.compare(matted.data, plain.data)).not.toBe(0);
    const otherwise = await pixels(await post({ a: 'true', af: '254', ab: '1', ae: '15' }));
    expect(Buffer.compare(matted.data, otherwise.data)).not.toBe(0);
  });

  test('extras: an object is read, and none of ours needs it', async () => {
    expect((await post({ extras: '{"putalpha":true}' })).status).toBe(200);
  });

  test.each([
    ['af', '256', 'from 0 to 255'],
    ['ab', '-1', 'from 0 to 255'],
    ['ae', 'ten', 'whole number'],
    ['a', 'maybe', 'valid boolean'],
    ['bgc', '255,0,0', 'four numbers'],
    ['bgc', '1,2,3,256', 'from 0 to 255'],
    ['extras', '{', 'JSON object'],
  ])(
    '%s=%s is refused as FastAPI does: with its name, its value and what is allowed',
    async (name, value, allowed) => {
      const response = await post({ [name]: value });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        detail: [{ loc: ['body', name], input: value, msg: expect.stringContaining(allowed) as string }],
      });
    },
  );

  test('a model that is not here is refused with those that are', async () => {
    const response = await post({ model: 'sam' });
    expect(response.status).toBe(400);
    expect(await problem(response)).toMatchObject({ code: 'model_unknown' });
  });
});

test.each([
  [
    'POST without a file',
    () => server.fetch('/api/remove', { method: 'POST', body: toForm([], { a: '0' }) }),
    'file',
  ],
  ['POST without a form', () => server.fetch('/api/remove', { method: 'POST' }), 'file'],
  ['GET without a URL', () => server.fetch('/api/remove'), 'url'],
])('%s is refused', async (_what, ask, name) => {
  const response = await ask();
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    detail: [{ type: 'missing', loc: [expect.anything(), name] }],
  });
});

test('what is no picture is refused with a sentence, and nothing of a refused request is kept', async () => {
  const file = {
    field: 'file',
    filename: 'x.png',
    type: 'image/png',
    bytes: new TextEncoder().encode('no picture'),
  };
  const response = await server.fetch('/api/remove', { method: 'POST', body: toForm([file]) });
  expect(response.status).toBe(422);
  expect(await problem(response)).toMatchObject({ code: 'image_failed' });
  expect((await stats(server)).total).toBe(0);
  expect(await storedFiles(server)).toEqual([]);
});
