/** Clients of remove.bg from the npm registry, as they were published, in processes of their own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photo } from '../contract/api-photos.ts';
import { fromRoot } from '../support/run-script.ts';
import { TestServer } from '../support/server.ts';

const CLIENTS = fromRoot('tests/server/removebg-clients');

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await TestServer.start({ env: { OFFCUT_ALLOWED_HOSTS: 'api.remove.bg' } });
  folder = await mkdtemp(path.join(tmpdir(), 'offcut-clients-'));
  await writeFile(path.join(folder, 'photo.jpg'), (await photo('portrait')).bytes);
  await writeFile(path.join(folder, 'broken.jpg'), 'no picture');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string) => path.join(folder, name);

/** Runs a client where its output may lie about. @returns what it printed */
async function run(script: string, ...args: string[]): Promise<string> {
  const preload = `file://${path.join(CLIENTS, 'redirect.ts')}`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--no-deprecation', '--import', preload, path.join(CLIENTS, script), ...args],
    { cwd: folder, env: { ...process.env, OFFCUT_TEST_PORT: new URL(server.url).port } },
  );
  return stdout + stderr;
}

describe('remove.bg', () => {
  async function call(name: string, options: object) {
    const printed = await run('remove-bg.cjs', name, JSON.stringify({ apiKey: 'any key', ...options }));
    return JSON.parse(printed) as {
      result?: Record<string, string>;
      errors?: { code: string; title: string }[];
    };
  }

  test('removeBackgroundFromImageFile writes the cutout, and reads the headers', async () => {
    const outputFile = file('out.png');
    const { result } = await call('removeBackgroundFromImageFile', {
      path: file('photo.jpg'),
      size: 'auto',
      type: 'person',
      scale: '50%',
      crop: true,
      crop_margin: '10%',
      outputFile,
    });
    const { width, height, hasAlpha } = await sharp(outputFile).metadata();
    expect(hasAlpha).toBe(true);
    expect(result).toMatchObject({
      creditsCharged: '0',
      detectedType: 'person',
      resultWidth: String(width),
      resultHeight: String(height),
      rateLimit: '500',
    });
  });

  test('removeBackgroundFromImageBase64 sends JSON', async () => {
    const base64img = (await readFile(file('photo.jpg'))).toString('base64');
    const options = { base64img, bg_color: 'green', add_shadow: true, roi: '0% 0% 100% 100%' };
    const { result } = await call('removeBackgroundFromImageBase64', options);
    const image = sharp(Buffer.from(result?.['base64img'] ?? '', 'base64'));
    const { format, width = 0, height = 0 } = await image.metadata();
    expect(format).toBe('jpeg');
    expect(width * height).toBeLessThanOrEqual(250_000);
  });

  test('removeBackgroundFromImageUrl is told that this server fetches nothing', async () => {
    const { errors } = await call('removeBackgroundFromImageUrl', { url: 'https://example.com/photo.jpg' });
    expect(errors).toMatchObject([{ code: 'url_fetch_off' }]);
  });

  test('a refusal arrives as the errors that the client knows', async () => {
    const { errors } = await call('removeBackgroundFromImageFile', { path: file('broken.jpg') });
    expect(errors).toMatchObject([{ code: 'invalid_file_type', title: 'File type not supported' }]);
  });
});

test('removebg-wrapper writes output.png', async () => {
  expect(await run('removebg-wrapper.cjs', file('photo.jpg'))).toBe('');
  const cutout = await sharp(file('output.png')).metadata();
  const original = await sharp(file('photo.jpg')).metadata();
  expect([cutout.format, cutout.width, cutout.hasAlpha]).toEqual(['png', original.width, true]);
});
