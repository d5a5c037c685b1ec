/** Every kind of file that a stranger may send as an image, and what becomes of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobWire } from '#queue/wire.ts';
import * as odd from '../fixtures/odd-images.ts';
import { pngHeader } from '../unit/matting/support/files.ts';
import { TestServer } from '../support/server.ts';
import { finished, problem, storedFiles, submit, toForm } from './client.ts';

/** A runner with small images needs 350 MB; a bomb that is inflated would add 500 MB. */
const MOST_MEMORY_BYTES = 600 * 1024 * 1024;

let server: TestServer;
const asked: string[] = [];
const outside = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end();
});
let outsideUrl = '';
beforeAll(async () => {
  await once(outside.listen(0, '127.0.0.1'), 'listening');
  outsideUrl = `http://127.0.0.1:${String((outside.address() as AddressInfo).port)}`;
  server = await TestServer.start({ env: { OFFCUT_MAX_PIXELS: '4000000', OFFCUT_RUNNERS: '1' } });
});
afterAll(async () => {
  outside.close();
  await server[Symbol.asyncDispose]();
});

type Outcome = string | { readonly size: [width: number, height: number]; readonly warnings?: string[] };
type Row = readonly [name: string, bytes: () => Uint8Array | Promise<Uint8Array>, outcome: Outcome];

const whole: Outcome = { size: [47, 61] };
const withWarning = (code: string): Outcome => ({ size: [47, 61], warnings: [code] });

const png = () => odd.scene().png().toBuffer();
const jpeg = () => odd.scene().jpeg().toBuffer();
const gif = () => odd.scene().gif().toBuffer();
const allBut = async (share: number, file: Promise<Buffer>) => {
  const bytes = await file;
  return bytes.subarray(0, Math.floor(bytes.length * (1 - share)));
};

/** Name as sent; file; the error's code, or the result's size and warnings. */
const ZOO: readonly Row[] = [
  // What is no image, whatever its name says
  ['empty.jpg', () => new Uint8Array(), 'image_empty'],
  ['text.jpg', () => odd.text('not an image at all'), 'image_unsupported'],
  ['page.png', () => odd.text(odd.HTML), 'image_unsupported'],
  ['paper.png', () => odd.text('%PDF-1.7\n1 0 obj\n<<>>\nendobj'), 'image_unsupported'],
  ['drawing.svg', () => odd.nosySvg(outsideUrl), 'image_unsupported'],
  ['drawing.png', () => odd.nosySvg(outsideUrl), 'image_unsupported'],
  ['phone.heic', () => odd.text('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'image_unsupported'],
  ['film.jpg', () => odd.text('\0\0\0\x18ftypisom\0\0\0\0isommp42'), 'image_unsupported'],
  ['archive.jpg', () => odd.andZip(Buffer.alloc(0)), 'image_unsupported'],

  // Damaged
  ['header.jpg', async () => (await jpeg()).subarray(0, 20), 'image_undecodable'],
  ['noise.jpg', () => Uint8Array.of(0xff, 0xd8, 0xff, ...new Uint8Array(500).fill(7)), 'image_undecodable'],
  ['half.jpg', () => allBut(0.5, jpeg()), withWarning('image_truncated')],
  ['half.png', () => allBut(0.5, png()), withWarning('image_truncated')],
  ['half.gif', () => allBut(0.3, gif()), withWarning('image_truncated')],
  ['checksum.png', async () => odd.withWrongPixels(await png()), withWarning('image_checksum')],

  // Two kinds in one file: the result is an image and nothing else (see below)
  ['image-and-zip.jpg', async () => odd.andZip(await jpeg()), whole],
  ['image-and-page.png', async () => Buffer.concat([await png(), odd.text(odd.HTML)]), whole],
  [
    'page-in-text.png',
    async () => odd.withPngChunk(await png(), 'tEXt', odd.text(`Title\0${odd.HTML}`)),
    whole,
  ],

  // Sizes
  ['dot.png', () => odd.plain(1, 1).png().toBuffer(), { size: [1, 1], warnings: ['subject_empty'] }],
  ['line.png', () => odd.plain(30_000, 1).png().toBuffer(), { size: [30_000, 1] }],
  ['pole.jpg', () => odd.plain(1, 30_000).jpeg().toBuffer(), { size: [1, 30_000] }],

  // More than one picture: the first is used
  ['animated.gif', () => odd.animated('gif'), withWarning('image_animated')],
  ['animated.webp', () => odd.animated('webp'), withWarning('image_animated')],
  ['animated.png', async () => odd.animatedPng(await png()), withWarning('image_animated')],
  ['pages.tiff', odd.twoPageTiff, withWarning('image_animated')],

  // Bombs that no header gives away
  [
    'text-bomb.png',
    async () =>
      odd.withPngChunk(await png(), 'zTXt', Buffer.concat([odd.text('C\0\0'), odd.inflatingTo(500_000_000)])),
    whole,
  ],
  [
    'profile-bomb.png',
    async () =>
      odd.withPngChunk(await png(), 'iCCP', Buffer.concat([odd.text('C\0\0'), odd.inflatingTo(500_000_000)])),
    whole,
  ],
  ['pixel-bomb.png', async () => odd.pngThatInflates(await png()), whole],
  ['frame-bomb.gif', async () => odd.gifWithHugeFrame(await gif()), 'image_undecodable'],

  // Kinds of pixels: all become upright 8-bit sRGB
  ['print.jpg', () => odd.scene().toColourspace('cmyk').jpeg().withIccProfile('cmyk').toBuffer(), whole],
  ['deep.png', () => odd.scene().toColourspace('rgb16').png().toBuffer(), whole],
  ['grey.png', () => odd.scene().greyscale().png().toBuffer(), whole],
  ['palette.png', () => odd.scene().png({ palette: true }).toBuffer(), whole],
  ['wide-gamut.jpg', () => odd.scene().jpeg().withIccProfile('p3').toBuffer(), whole],
  ['turned.jpg', () => odd.scene().jpeg().withMetadata({ orientation: 6 }).toBuffer(), { size: [61, 47] }],
  ['progressive.jpg', () => odd.scene().jpeg({ progressive: true }).toBuffer(), whole],
  ['modern.avif', () => odd.scene().avif({ effort: 0 }).toBuffer(), whole],

  // The name is not believed
  ['really-a-png.jpg', png, whole],
  ['really-a-jpeg.exe', jpeg, whole],
];

function outcomeOf({ status, error, width, height, warnings }: JobWire['results'][number]): Outcome {
  if (status !== 'completed') return error?.code ?? status;
  const codes = warnings.map(({ code }) => code);
  const size: [number, number] = [width ?? 0, height ?? 0];
  return codes.length === 0 ? { size } : { size, warnings: codes };
}

describe('the zoo', () => {
  let job: JobWire;
  beforeAll(async () => {
    const files = await Promise.all(
      ZOO.map(async ([filename, bytes]) => ({
        field: 'images',
        filename,
        type: 'image/jpeg',
        bytes: await bytes(),
      })),
    );
    const { job_id: id } = await submit(server, files);
    job = await finished(server, id);
  });

  test.each(ZOO.map(([name, , outcome], index) => ({ name, outcome, index })))(
    '$name: $outcome',
    ({ name, outcome, index }) => {
      const result = job.results[index];
      expect([result?.filename, result && outcomeOf(result)]).toEqual([name, outcome]);
    },
  );

  test('what fails says why in a sentence, and fails alone', () => {
    expect(job.status).toBe('completed');
    for (const { error } of job.results)
      if (error !== null) expect(error.message).toMatch(/^[A-Z].{20,}[.)]$/s);
  });

  test('every result is a clean PNG of the size that it says, served as one and as nothing else', async () => {
    for (const { url, width, height } of job.results) {
      if (url === null) continue;
      const response = await server.fetch(url);
      const { headers } = response;
      expect([headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([
        'image/png',
        'nosniff',
      ]);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width, height, hasAlpha: true });
      for (const foreign of ['<script', 'payload.exe', 'tEXt', 'eXIf', 'iCCP']) {
        expect(bytes.includes(foreign)).toBe(false);
      }
      // The file ends where the image does.
      expect(bytes.subarray(-8, -4).toString()).toBe('IEND');
    }
  });

  test('nothing that a drawing names was fetched', () => {
    expect(asked).toEqual([]);
  });

  test.runIf(process.platform === 'linux')(
    'no bomb filled the memory of the runner, and none killed it',
    async () => {
      const { readFile } = await import('node:fs/promises');
      const [pid] = server.runnerPids;
      const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
      expect(peak).toBeGreaterThan(0);
      expect(peak).toBeLessThan(MOST_MEMORY_BYTES);
      expect(server.log.filter(({ event }) => event === 'runner_lost')).toEqual([]);
    },
  );
});

describe('an image with more pixels than allowed', () => {
  const large = async (bytes: Uint8Array) => [
    { field: 'images', filename: 'huge.jpg', type: 'image/jpeg', bytes },
  ];

  test('is refused at the door when its first bytes say so', async () => {
    const body = toForm(await large(pngHeader(2100, 2000)));
    const response = await server.fetch('/queue/submit', { method: 'POST', body });
    expect(response.status).toBe(413);
    expect(await problem(response)).toMatchObject({ code: 'image_too_large', filename: 'huge.jpg' });
  });

  test('fails in the runner when they do not: metadata of 100 KB before the size', async () => {
    const note = 'x'.repeat(60_000);
    const file = odd
      .plain(2100, 2000)
      .jpeg()
      .withExif({ IFD0: { ImageDescription: note } });
    const jpegWithLateSize = await withAnotherSegment(await file.toBuffer());
    const { job_id: id } = await submit(server, await large(jpegWithLateSize));
    const job = await finished(server, id);
    expect(job).toMatchObject({ status: 'failed', results: [{ error: { code: 'image_too_large' } }] });
    expect(job.error).toContain('2100 × 2000');
  });
});

/** A comment of 60 KB in front of all else. */
async function withAnotherSegment(jpegFile: Buffer): Promise<Buffer> {
  const comment = Buffer.alloc(60_000 + 4, 'x');
  comment.writeUInt16BE(0xfffe, 0);
  comment.writeUInt16BE(60_002, 2);
  return Buffer.concat([jpegFile.subarray(0, 2), comment, jpegFile.subarray(2)]);
}

test('when all is deleted, nothing is left of it', async () => {
  const { jobs } = (await (await server.fetch('/queue/jobs?limit=100')).json()) as { jobs: { id: string }[] };
  for (const { id } of jobs) await server.fetch(`/queue/job/${id}`, { method: 'DELETE' });
  expect(await storedFiles(server)).toEqual([]);
});
