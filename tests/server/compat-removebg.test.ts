/** remove.bg's API v1.0, as its documentation tells of it (https://www.remove.bg/api). */
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenPhoto, photo } from '../contract/api-photos.ts';
import { holdToDescription } from '../support/openapi/conforming.ts';
import { TestServer } from '../support/server.ts';
import { stats, storedFiles, toForm } from './client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  holdToDescription(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const headers = { 'x-api-key': 'any key' };

async function post(fields: Record<string, string> = {}, further: string[] = []): Promise<Response> {
  const files = [
    await photo('portrait', { field: 'image_file' }),
    ...(await Promise.all(further.map((field) => photo('furball', { field })))),
  ];
  return server.fetch('/v1.0/removebg', { method: 'POST', headers, body: toForm(files, fields) });
}

async function picture(response: Response) {
  expect(response.status, response.status === 200 ? '' : await response.clone().text()).toBe(200);
  const image = sharp(await response.arrayBuffer());
  const { format, channels } = await image.metadata();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => {
    const at = (y * info.width + x) * info.channels;
    return [...data.subarray(at, at + info.channels)];
  };
  return { width: info.width, height: info.height, format, channels, pixel };
}

const numbers = (response: Response, ...names: string[]) =>
  names.map((name) => Number(response.headers.get(`x-${name}`)));

async function refusal(response: Response) {
  const body = (await response.json()) as { errors: { title: string; code: string; detail: string }[] };
  expect(body.errors).toHaveLength(1);
  for (const value of Object.values(body.errors[0] ?? {})) expect(value).not.toBe('');
  return { status: response.status, ...body.errors[0] };
}

describe('the answer', () => {
  test('is a PNG with transparency in at most a quarter of a megapixel, unless asked otherwise', async () => {
    const response = await post();
    const { format, channels, width, height } = await picture(response);
    expect([format, channels]).toEqual(['png', 4]);
    expect(width * height).toBeLessThanOrEqual(250_000);
    expect(numbers(response, 'width', 'height')).toEqual([width, height]);
    expect(numbers(response, 'credits-charged')).toEqual([0]);
    expect(response.headers.get('x-type')).toBe('other');
    expect(response.headers.get('x-ratelimit-remaining')).toBe('500');
    const [left, top, w, h] = numbers(
      response,
      ...['left', 'top', 'width', 'height'].map((it) => `foreground-${it}`),
    );
    expect(w).toBeGreaterThan(0);
    expect((left ?? 0) + (w ?? 0)).toBeLessThanOrEqual(width);
    expect((top ?? 0) + (h ?? 0)).toBeLessThanOrEqual(height);
  });

  test('size=full has the photo’s own pixels', async () => {
    const { width, height } = await sharp((await photo('portrait')).bytes).metadata();
    expect(await picture(await post({ size: 'full' }))).toMatchObject({ width, height });
  });

  test('is JSON with base64 when that is accepted', async () => {
    const response = await server.fetch('/v1.0/removebg', {
      method: 'POST',
      headers: { ...headers, accept: 'application/json' },
      body: toForm([await photo('portrait', { field: 'image_file' })]),
    });
    const { data } = (await response.json()) as { data: { result_b64: string; foreground_width: number } };
    expect((await sharp(Buffer.from(data.result_b64, 'base64')).metadata()).format).toBe('png');
    expect([data.foreground_width]).toEqual(numbers(response, 'foreground-width'));
  });

  test('leaves nothing behind', async () => {
    await picture(await post());
    expect((await stats(server)).total).toBe(0);
    expect(await storedFiles(server)).toEqual([]);
  });
});

describe('parameters', () => {
  test.each([
    [{ format: 'jpg' }, 'jpeg'],
    [{ format: 'webp' }, 'webp'],
    [{ format: 'png', bg_color: 'fff' }, 'png'],
    [{ bg_color: 'fff' }, 'jpeg'],
    [{ bg_color: '81d4fa77' }, 'png'],
  ])('format of %o: %s', async (fields, format) => {
    expect(await picture(await post(fields))).toMatchObject({ format });
  });

  test('format=zip has the colours and the alpha apart', async () => {
    const response = await post({ format: 'zip', bg_color: 'red' });
    expect(response.headers.get('content-type')).toBe('application/zip');
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    expect(Object.keys(files)).toEqual(['color.jpg', 'alpha.png']);
    expect((await sharp(files['alpha.png']).stats()).channels[0]?.min).toBe(0);
  });

  test('channels=alpha is the mask', async () => {
    expect(await picture(await post({ channels: 'alpha' }))).toMatchObject({ format: 'png', channels: 1 });
  });

  test('bg_color paints behind the subject', async () => {
    const { pixel } = await picture(await post({ bg_color: '#00f', format: 'png' }));
    expect(pixel(0, 0).slice(0, 3)).toEqual([0, 0, 255]);
  });

  test('bg_image_file lies behind the subject', async () => {
    const { format, pixel } = await picture(await post({}, ['bg_image_file']));
    const [r = 0, g = 0, b = 0] = pixel(1, 1);
    const plain = await picture(await post({ format: 'jpg' }));
    expect(format).toBe('jpeg');
    expect([r, g, b]).not.toEqual(plain.pixel(1, 1));
  });

  test('crop and crop_margin: the subject with its margins, also beyond the photo', async () => {
    const tight = await post({ size: 'full', crop: 'true' });
    const wide = await post({ size: 'full', crop: 'true', crop_margin: '20px 30px' });
    const [a, b] = [await picture(tight), await picture(wide)];
    expect([b.width - a.width, b.height - a.height]).toEqual([60, 40]);
    expect(numbers(tight, 'foreground-left', 'foreground-top')).toEqual([0, 0]);
    expect(numbers(wide, 'foreground-left', 'foreground-top')).toEqual([30, 20]);
  });

  test('scale and position place the subject in the canvas', async () => {
    const response = await post({ size: 'full', scale: '50%', position: '0% 100%' });
    const { width, height } = await picture(response);
    const [left, top, w = 0, h = 0] = numbers(
      response,
      ...['left', 'top', 'width', 'height'].map((it) => `foreground-${it}`),
    );
    expect([left, top]).toEqual([0, height - h]);
    expect(Math.max(w / width, h / height)).toBeCloseTo(0.5, 1);
  });

  test('roi: nothing outside is subject', async () => {
    const response = await post({ size: 'full', roi: '0px 0px 50% 100%' });
    const { width } = await picture(response);
    const [left = 0, w = 0] = numbers(response, 'foreground-left', 'foreground-width');
    expect(left + w).toBeLessThanOrEqual(Math.round(width / 2));
  });

  test('add_shadow darkens what lies below', async () => {
    const plain = await post({ format: 'png', bg_color: 'fff' });
    const shadowed = await post({
      format: 'png',
      bg_color: 'fff',
      add_shadow: 'true',
      semitransparency: 'false',
    });
    const mean = async (response: Response) => {
      const { channels } = await sharp(await response.arrayBuffer()).stats();
      return channels[0]?.mean ?? 0;
    };
    expect(await mean(shadowed)).toBeLessThan(await mean(plain));
  });

  test('a form without files, and JSON, carry the image as base64', async () => {
    const image_file_b64 = Buffer.from((await photo('portrait')).bytes).toString('base64');
    const bodies: [string, BodyInit][] = [
      [
        'application/json',
        JSON.stringify({ image_file_b64: `data:image/jpeg;base64,${image_file_b64}`, crop: true }),
      ],
      ['application/x-www-form-urlencoded', new URLSearchParams({ image_file_b64, crop: 'true' }).toString()],
    ];
    for (const [type, body] of bodies) {
      const sent = { method: 'POST', headers: { ...headers, 'content-type': type }, body };
      expect(await picture(await server.fetch('/v1.0/removebg', sent)), type).toMatchObject({
        format: 'png',
      });
    }
  });
});

describe('refusals', () => {
  test.each([
    [{ size: 'huge' }, 'size=huge', 'preview'],
    [{ format: 'gif' }, 'format=gif', 'png'],
    [{ crop: 'true', crop_margin: '10' }, 'crop_margin=10', '10px'],
    [{ scale: '120%' }, 'scale=120%', '100%'],
    [{ position: 'left' }, 'position=left', 'center'],
    [{ roi: '1 2 3' }, 'roi=1 2 3', 'x1 y1 x2 y2'],
    [{ bg_color: 'nocolour' }, 'bg_color=nocolour', '81d4fa'],
    [{ channels: 'rgb' }, 'channels=rgb', 'alpha'],
  ])('%o names the parameter, its value and what is allowed', async (fields, value, allowed) => {
    const { status, code, detail } = await refusal(await post(fields));
    expect([status, code]).toEqual([400, 'invalid_parameter']);
    expect(detail).toContain(value);
    expect(detail).toContain(allowed);
  });

  test.each([
    [
      'no image',
      () => server.fetch('/v1.0/removebg', { method: 'POST', body: toForm([], { size: 'auto' }) }),
      'missing_source',
    ],
    ['two images', () => post({ image_url: 'https://example.com/a.jpg' }), 'multiple_sources'],
    ['two backgrounds', () => post({ bg_color: 'red' }, ['bg_image_file']), 'multiple_backgrounds'],
    [
      'no JSON',
      () =>
        server.fetch('/v1.0/removebg', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '[',
        }),
      'invalid_json',
    ],
    [
      'another encoding',
      () =>
        server.fetch('/v1.0/removebg', {
          method: 'POST',
          headers: { 'content-type': 'text/plain' },
          body: 'x',
        }),
      'invalid_content_type',
    ],
  ])('%s', async (_what, ask, code) => {
    expect(await refusal(await ask())).toMatchObject({ status: 400, code });
  });

  test('a file that is no image, and one without a subject', async () => {
    const broken = { ...brokenPhoto(), field: 'image_file' };
    const send = (bytes: Uint8Array) =>
      server.fetch('/v1.0/removebg', { method: 'POST', body: toForm([{ ...broken, bytes }]) });
    expect(await refusal(await send(broken.bytes))).toMatchObject({ status: 400, code: 'invalid_file_type' });
    const none = await post({ roi: '0px 0px 0px 0px' });
    expect(await refusal(none)).toMatchObject({ status: 400, code: 'unknown_foreground' });
  });

  test('fetching is off, and says how to turn it on', async () => {
    const body = JSON.stringify({ image_url: 'https://example.com/photo.jpg' });
    const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const { status, code, detail } = await refusal(await server.fetch('/v1.0/removebg', sent));
    expect([status, code]).toEqual([403, 'url_fetch_off']);
    expect(detail).toContain('OFFCUT_FETCH_URLS=1');
  });

  test('none of them left anything behind', async () => {
    expect((await stats(server)).total).toBe(0);
    expect(await storedFiles(server)).toEqual([]);
  });
});

test('GET /v1.0/account tells of credits that never run out', async () => {
  const response = await server.fetch('/v1.0/account', { headers });
  expect(await response.json()).toMatchObject({
    data: { attributes: { credits: { total: expect.any(Number) as number }, api: { sizes: 'all' } } },
  });
});
