/** `offcut rm`: images to cutouts on this machine, without a server. Every run is the real command with the real model. */
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { brokenPhoto, photo } from '../contract/api-photos.ts';
import { ended, runCli, startCli } from './run-cli.ts';

let folder: string;
let portrait: Uint8Array;
let furball: Uint8Array;

beforeAll(async () => {
  portrait = (await photo('portrait')).bytes;
  furball = (await photo('furball')).bytes;
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offcut-test-rm-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (...names: string[]) => join(folder, ...names);
const offcut = (...args: string[]) => runCli(['rm', ...args], {}, folder);
const list = async (...names: string[]) => (await readdir(at(...names))).sort();

async function put(files: Record<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(at(name), '..'), { recursive: true });
    await writeFile(at(name), bytes);
  }
}

async function describeImage(name: string) {
  const { format, width, height, channels } = await sharp(at(name)).metadata();
  return { format, width, height, channels };
}

describe('one image', () => {
  test('becomes the file that -o names, in the format of its ending', async () => {
    await put({ 'in.jpg': portrait });
    const { code, stdout } = await offcut('in.jpg', '-o', 'out.webp');
    expect(code).toBe(0);
    expect(stdout).toBe('out.webp\n');
    expect(await describeImage('out.webp')).toEqual({ format: 'webp', width: 403, height: 531, channels: 4 });
    const { channels } = await sharp(at('out.webp')).stats();
    expect(channels[3], 'background gone, subject there').toMatchObject({ min: 0, max: 255 });
  });

  test('without -o goes beside the image, and never over a file', async () => {
    await put({ 'in.png': await sharp(furball).png().toBuffer() });
    const before = await readFile(at('in.png'));
    expect(await offcut('in.png', '--format', 'jpeg')).toMatchObject({ code: 0, stdout: 'in-cutout.jpg\n' });
    expect(await readFile(at('in.png'))).toEqual(before);
    expect(await list()).toEqual(['in-cutout.jpg', 'in.png']);
  });

  test('--output mask, --crop and --background are those of a submission', async () => {
    await put({ 'in.jpg': portrait });
    await offcut('in.jpg', '-o', 'mask.png', '--output', 'mask');
    expect(await describeImage('mask.png')).toMatchObject({ width: 403, channels: 1 });
    await offcut('in.jpg', '-o', 'red.png', '--background', '#ff0000', '--crop');
    const { data, info } = await sharp(at('red.png')).raw().toBuffer({ resolveWithObject: true });
    expect(info.width).toBeLessThan(403);
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  test('--refine draws the edges again and leaves what is certain; a method that does not exist is refused', async () => {
    await put({ 'in.jpg': furball });
    await offcut('in.jpg', '-o', 'plain.png', '--output', 'mask');
    await offcut('in.jpg', '-o', 'fine.png', '--output', 'mask', '--refine', 'fast');
    const [plain, fine] = await Promise.all(
      ['plain.png', 'fine.png'].map((name) => sharp(at(name)).raw().toBuffer()),
    );
    const pairs = Array.from(plain ?? [], (alpha, n) => [alpha, fine?.[n] ?? -1] as const);
    expect(pairs.filter(([a, b]) => Math.abs(a - b) > 32).length / pairs.length).toBeGreaterThan(0.002);
    expect(pairs.filter(([a, b]) => Math.abs(a - b) <= 8).length / pairs.length).toBeGreaterThan(0.7);

    const refused = await offcut('in.jpg', '-o', 'other.png', '--refine', 'magic');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--refine magic') as unknown });
  });

  test('a file that is there already is not replaced, unless --force says so', async () => {
    await put({ 'in.jpg': portrait, 'out.png': new TextEncoder().encode('precious') });
    const refused = await offcut('in.jpg', '-o', 'out.png');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('in.jpg: out.png is there already; --force replaces it.');
    expect(await readFile(at('out.png'), 'utf8')).toBe('precious');
    expect((await offcut('in.jpg', '-o', 'out.png', '--force')).code).toBe(0);
    expect(await describeImage('out.png')).toMatchObject({ format: 'png' });
  });

  test('never becomes itself, not even with --force', async () => {
    await put({ 'in.png': furball });
    const { code, stderr } = await offcut('in.png', '-o', 'in.png', '--force');
    expect(code).toBe(1);
    expect(stderr).toContain('in.png is itself one of the images');
    expect(new Uint8Array(await readFile(at('in.png')))).toEqual(new Uint8Array(furball));
  });
});

describe('a pipe', () => {
  test('standard input to standard output, and nothing else there', async () => {
    const child = startCli(['rm', '-', '--format', 'webp'], { cwd: folder });
    child.stdin.end(portrait);
    const closed = once(child, 'close');
    const bytes = await buffer(child.stdout);
    expect(await closed).toEqual([0, null]);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 403, hasAlpha: true });
  });

  test('a file to standard output with -o -', async () => {
    await put({ 'in.jpg': portrait });
    const child = startCli(['rm', 'in.jpg', '-o', '-'], { cwd: folder });
    const bytes = await buffer(child.stdout);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 403 });
  });

  test('a reader that has had enough ends it without a word of ours', async () => {
    await put({ 'in/a.jpg': portrait, 'in/b.jpg': portrait });
    const child = startCli(['rm', 'in', '-o', 'out', '--jobs', '1'], { cwd: folder });
    child.stdout.destroy();
    const { code, stderr } = await ended(child);
    expect(code).toBe(130);
    expect(stderr).not.toContain('EPIPE');
    expect((await list('out')).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('what is no image: exit code 1, one sentence, and no output', async () => {
    const child = startCli(['rm', '-'], { cwd: folder });
    child.stdin.end('this is no image');
    const { code, stdout, stderr } = await ended(child);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^-: .*no image.*\n$/);
  });
});

describe('a folder', () => {
  test('its images, with --recursive those below it in the same order of folders', async () => {
    await put({
      'in/a.jpg': portrait,
      'in/notes.txt': furball,
      'in/.hidden.jpg': furball,
      'in/deep/b.jpg': furball,
    });
    expect((await offcut('in', '-o', 'flat')).code).toBe(0);
    expect(await list('flat')).toEqual(['a.png']);
    expect((await offcut('in', '-o', 'out', '-r')).code).toBe(0);
    expect((await readdir(at('out'), { recursive: true })).sort()).toEqual([
      'a.png',
      'deep',
      join('deep', 'b.png'),
    ]);
  });

  test('a pattern that no shell has expanded', async () => {
    await put({ 'in/a.jpg': portrait, 'in/deep/b.jpg': furball, 'in/c.webp': portrait });
    expect((await offcut('in/**/*.jpg', '-o', 'out')).code).toBe(0);
    expect((await readdir(at('out'), { recursive: true })).sort()).toEqual([
      'a.png',
      'deep',
      join('deep', 'b.png'),
    ]);
  });

  test('images of the same name become different files, the same ones each time', async () => {
    const webp = await sharp(furball).webp().toBuffer();
    await put({ 'in/a.jpg': portrait, 'in/a.webp': webp });
    await offcut('in', '-o', 'out');
    expect(await list('out')).toEqual(['a.png', 'a.webp.png']);
    expect(await describeImage('out/a.png')).toMatchObject({ width: 403 });
    expect((await offcut('in', '-o', 'out')).stderr).toContain('0 done, 2 there already');
  });

  test('a second run does what is missing; an image that is newer than its result is named', async () => {
    await put({ 'in/a.jpg': portrait, 'in/b.jpg': furball, 'in/c.jpg': furball });
    await offcut('in', '-o', 'out');
    await rm(at('out/b.png'));
    const { mtimeMs } = await stat(at('out/a.png'));
    const later = new Date(mtimeMs + 60_000);
    await utimes(at('in/c.jpg'), later, later);
    const { code, stdout, stderr } = await offcut('in', '-o', 'out');
    expect(code).toBe(1);
    expect(stdout).toBe(`${join('out', 'b.png')}\n`);
    expect(stderr).toMatch(/c\.png is there already, but older than the image; --force replaces it/);
    expect((await stat(at('out/a.png'))).mtimeMs).toBe(mtimeMs);
  });

  test('results beside the images are not taken for images by the next run', async () => {
    await put({ 'in/a.jpg': portrait });
    await offcut('in');
    expect((await offcut('in')).stderr).toContain('0 done, 1 there already');
    expect(await list('in')).toEqual(['a-cutout.png', 'a.jpg']);
  });

  test('into the images’ own folder, and from one that holds the results', async () => {
    await put({ 'a.jpg': portrait, 'deep/b.jpg': furball });
    expect((await offcut('a.jpg', join('deep', 'b.jpg'), '-o', '.')).code).toBe(0);
    expect(await list()).toEqual(['a.jpg', 'a.png', 'b.png', 'deep']);
    await rm(at('a.png'));
    await rm(at('b.png'));
    const out = ['.', '-r', '-o', 'out'];
    expect((await offcut(...out)).stderr).toContain('2 done');
    expect((await offcut(...out)).stderr).toContain('0 done, 2 there already');
  });

  test('an image is never replaced by the result of another, not even with --force', async () => {
    await put({ 'a.jpg': portrait, 'a.png': await sharp(furball).png().toBuffer() });
    const before = await readFile(at('a.png'));
    const { code, stderr } = await offcut('.', '-o', '.', '--force');
    expect(code).toBe(1);
    expect(stderr).toContain('a.jpg: a.png is itself one of the images');
    expect(await readFile(at('a.png'))).toEqual(before);
  });

  test('--json prints a line an image and nothing else', async () => {
    await put({ 'in/a.jpg': portrait, 'in/b.png': brokenPhoto().bytes });
    const { code, stdout } = await offcut('in', '-o', 'out', '--json', '--jobs', '1');
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        input: join('in', 'a.jpg'),
        output: join('out', 'a.png'),
        status: 'completed',
        width: 403,
        height: 531,
      },
      { input: join('in', 'b.png'), status: 'failed', error: { code: 'image_unsupported' } },
    ]);
  });
});

/** 120 images here; OFFCUT_RM_IMAGES=1000 for the whole promise. */
const MANY = Number(process.env['OFFCUT_RM_IMAGES'] ?? 120);
const onLinux = process.platform === 'linux';

describe('a batch', () => {
  test(
    `${String(MANY)} images, 3 of them broken: the others, 3 clear lines, exit code 1, flat memory`,
    { timeout: MANY * 3000 },
    async () => {
      await mkdir(at('in'));
      const small = await sharp(furball).resize(160).jpeg().toBuffer();
      for (let n = 0; n < MANY; n++) await writeFile(at('in', `${String(n).padStart(4, '0')}.jpg`), small);
      const broken = [7, Math.floor(MANY / 2), MANY - 1].map((n) => `${String(n).padStart(4, '0')}.jpg`);
      await writeFile(at('in', broken[0] ?? ''), 'this is no image');
      await writeFile(at('in', broken[1] ?? ''), '');
      await writeFile(at('in', broken[2] ?? ''), small.subarray(0, 20));

      const child = startCli(['rm', 'in', '-o', 'out'], { cwd: folder });
      const resident: number[] = [];
      const rss = async () =>
        Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${String(child.pid)}/status`, 'utf8'))?.[1]) /
        1024;
      createInterface({ input: child.stdout }).on('line', () => {
        if (onLinux)
          rss().then(
            (megabytes) => resident.push(megabytes),
            () => undefined,
          );
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];

      expect(code).toBe(1);
      const lines = stderr.trimEnd().split('\n');
      expect(lines.at(-1)).toMatch(new RegExp(`^${String(MANY - 3)} done, 3 failed, in .* images/s\\)$`));
      expect(
        lines
          .slice(0, -1)
          .map((line) => line.split(': ')[0])
          .sort(),
      ).toEqual(broken.map((name) => join('in', name)));
      expect(lines[0]).toMatch(/no image that can be recognised/);
      expect(await list('out')).toHaveLength(MANY - 3);

      if (!onLinux) return;
      const quarter = Math.floor(resident.length / 4);
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const [early, late] = [mean(resident.slice(quarter, 2 * quarter)), mean(resident.slice(-quarter))];
      console.log(
        `rm of ${String(MANY)}: ${lines.at(-1) ?? ''}; RSS ${early.toFixed(0)} MB in the second quarter, ${late.toFixed(0)} MB in the last, ${Math.max(...resident).toFixed(0)} MB at most`,
      );
      expect(late).toBeLessThan(early * 1.15);
    },
  );

  test(
    'Ctrl-C ends it with 130, leaves only whole files, and the same command goes on',
    { timeout: 240_000 },
    async () => {
      for (let n = 0; n < 12; n++) await put({ [`in/${String(n).padStart(2, '0')}.jpg`]: portrait });
      const child = startCli(['rm', 'in', '-o', 'out'], { cwd: folder });
      const over = ended(child);
      child.stdout.once('data', () => child.kill('SIGINT'));
      const { code, stderr } = await over;
      expect(code).toBe(130);
      expect(stderr).toMatch(/Interrupted: \d+ done.*The same command goes on from here\./);
      const made = await list('out');
      expect(made.length).toBeLessThan(12);
      for (const name of made)
        expect(await describeImage(join('out', name))).toMatchObject({ format: 'png', width: 403 });

      const again = await offcut('in', '-o', 'out');
      expect(again.code).toBe(0);
      expect(again.stderr).toContain(
        `${String(12 - made.length)} done, ${String(made.length)} there already`,
      );
      expect(await list('out')).toHaveLength(12);
    },
  );
});

test('--watch does what is there and what comes, until Ctrl-C', async () => {
  await put({ 'in/a.jpg': portrait });
  const child = startCli(['rm', 'in', '-o', 'out', '--watch'], { cwd: folder });
  const over = ended(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  expect(await next()).toBe(join('out', 'a.png'));
  await put({ 'in/notes.txt': furball, 'in/b.jpg': furball });
  expect(await next()).toBe(join('out', 'b.png'));
  child.kill('SIGINT');
  expect((await over).code).toBe(130);
  expect(await list('out')).toEqual(['a.png', 'b.png']);
});

describe('mistakes in the call: exit code 2, and nothing is written', () => {
  test.each([
    [[], 'Name at least one image'],
    [['gone.jpg'], 'gone.jpg cannot be read'],
    [['*.tiff'], 'No image matches *.tiff'],
    [['in.jpg', '-o', 'out.bmp'], 'out.bmp does not end in .png, .webp or .jpg'],
    [['in.jpg', '-o', 'out.png', '--format', 'webp'], 'out.png ends in .png, and --format says webp'],
    [['in.jpg', '--background', 'tartan'], '--background tartan'],
    [['in.jpg', '--jobs', 'many'], '--jobs many is no number'],
    [['in.jpg', 'in.jpg', '-o', 'in.jpg'], 'in.jpg is a file'],
    [['in.jpg', '--watch'], 'in.jpg is no folder'],
    [['-', 'in.jpg'], 'A pipe takes one image'],
  ])('%j', async (args, message) => {
    await put({ 'in.jpg': portrait });
    const { code, stderr } = await offcut(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await list()).toEqual(['in.jpg']);
  });

  test('a model that does not exist: exit code 1', async () => {
    await put({ 'in.jpg': portrait });
    const { code, stderr } = await offcut('in.jpg', '--model', 'nonesuch');
    expect(code).toBe(1);
    expect(stderr).toContain('nonesuch');
  });
});
