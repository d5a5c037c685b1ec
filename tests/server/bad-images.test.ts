import { afterAll, beforeAll, expect, test } from 'vitest';
import sharp from 'sharp';
import { photo, type FormFile } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { finished, results, submit } from './client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { OFFCUT_MAX_PIXELS: '4000000' } });
});
afterAll(() => server[Symbol.asyncDispose]());

const text = (content: string) => new TextEncoder().encode(content);
const named = (filename: string, bytes: Uint8Array): FormFile => ({
  field: 'images',
  filename,
  type: 'image/jpeg',
  bytes,
});

test('each image that cannot be decoded fails alone, with a sentence that names the cause', async () => {
  const good = await photo();
  const bad = [
    named('empty.jpg', new Uint8Array()),
    named('text.jpg', text('not an image at all')),
    named('drawing.jpg', text('<svg xmlns="http://www.w3.org/2000/svg"/>')),
    named('paper.jpg', text('%PDF-1.7 ...')),
    named('header.jpg', good.bytes.slice(0, 20)),
    named('noise.jpg', Uint8Array.of(0xff, 0xd8, 0xff, ...new Uint8Array(500).fill(7))),
  ];
  const { job_id: id } = await submit(server, [good, ...bad, good]);
  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'completed', progress: { total: 8, processed: 8, failed: 6 } });
  const outcome = job.results.map(({ filename, status, error }) => [filename, status, error?.code ?? null]);
  expect(outcome).toEqual([
    ['small.jpg', 'completed', null],
    ['empty.jpg', 'failed', 'image_empty'],
    ['text.jpg', 'failed', 'image_unsupported'],
    ['drawing.jpg', 'failed', 'image_unsupported'],
    ['paper.jpg', 'failed', 'image_unsupported'],
    ['header.jpg', 'failed', 'image_undecodable'],
    ['noise.jpg', 'failed', 'image_undecodable'],
    ['small.jpg', 'completed', null],
  ]);
  for (const { error } of job.results) if (error !== null) expect(error.message).toMatch(/^[A-Z].{20,}\.$/s);
});

test('an image with more pixels than allowed is refused by its header', async () => {
  const pixels = { create: { width: 2100, height: 2000, channels: 3, background: '#888' } } as const;
  const huge = named('huge.jpg', await sharp(pixels).jpeg().toBuffer());
  const { job_id: id } = await submit(server, [huge]);
  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'failed', results: [{ error: { code: 'image_too_large' } }] });
  expect(job.error).toContain('2100 × 2000');
});

test('a JPEG without its end, and a PNG with a wrong checksum, give a result with a warning', async () => {
  const { bytes: jpeg } = await photo('furball');
  const png = await sharp(jpeg).png().toBuffer();
  const checksum = png.indexOf('IDAT') - 4 + 8 + png.readUInt32BE(png.indexOf('IDAT') - 4);
  png[checksum] = (png[checksum] ?? 0) ^ 0xff;
  const { job_id: id } = await submit(server, [
    named('cut.jpg', jpeg.slice(0, Math.floor(jpeg.length * 0.7))),
    named('crc.png', png),
  ]);
  const job = await finished(server, id);
  expect(job).toMatchObject({ status: 'completed', progress: { failed: 0 } });
  expect(job.results.map(({ warnings }) => warnings.map(({ code }) => code))).toEqual([
    ['image_truncated'],
    ['image_checksum'],
  ]);
  for (const bytes of await results(server, job)) {
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 480, height: 360, hasAlpha: true });
  }
});
