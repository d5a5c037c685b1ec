import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobListWire, jobWire, statsWire, submitWire } from '#queue/wire.ts';
import { brokenPhoto, photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';
import { finished, job, manyPhotos, submit } from './client.ts';
import { runCli } from './run-cli.ts';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  // One runner: of several, each tells by its own clock when it began.
  server = await TestServer.start({ env: { OFFCUT_RUNNERS: '1' } });
  folder = await mkdtemp(join(tmpdir(), 'offcut-test-cli-'));
  await writeFile(join(folder, 'one.jpg'), (await photo('portrait')).bytes);
  await writeFile(join(folder, 'two.jpg'), (await photo('furball')).bytes);
  await writeFile(join(folder, 'notes.txt'), 'no image');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await server[Symbol.asyncDispose]();
});

const offcut = (...args: string[]) => runCli(args, { OFFCUT_SERVER: server.url });

describe('submit', () => {
  test('prints the id of the job that it made', async () => {
    const { code, stdout } = await offcut('submit', join(folder, 'one.jpg'));
    expect(code).toBe(0);
    const [id = ''] = stdout.split(/\s/);
    expect(await finished(server, id)).toMatchObject({ status: 'completed', filenames: ['one.jpg'] });
  });

  test('-o waits, shows the progress, and saves the results of a folder’s images', async () => {
    const output = join(folder, 'cutouts');
    const { code, stdout } = await offcut('submit', folder, '-o', output, '--format', 'webp', '--batch', '1');
    expect(code).toBe(0);
    expect(stdout).toContain('1/1 images, completed');
    expect((await readdir(output)).sort()).toEqual(['one.webp', 'two.webp']);
    const { format, width, hasAlpha } = await sharp(join(output, 'one.webp')).metadata();
    expect({ format, width, hasAlpha }).toEqual({ format: 'webp', width: 403, hasAlpha: true });
  });

  test('replaces no file that is there already', async () => {
    const original = await sharp(join(folder, 'one.jpg')).png().toBuffer();
    const file = join(folder, 'same.png');
    await writeFile(file, original);
    const { code, stdout } = await offcut('submit', file, '-o', folder);
    expect(code).toBe(0);
    expect(await readFile(file)).toEqual(original);
    expect(stdout).toContain('same (2).png');
    await rm(file);
  });

  test('ends with 1 when an image failed, and says which', async () => {
    const file = join(folder, 'broken.png');
    await writeFile(file, brokenPhoto().bytes);
    const { code, stderr } = await offcut('submit', file, '--wait');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^broken\.png: .*no image/);
    await rm(file);
  });

  test('passes on what the server says of a wrong option', async () => {
    const { code, stderr } = await offcut('submit', join(folder, 'one.jpg'), '--model', 'nonesuch');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no model "nonesuch" here.');
  });

  test('names a file that does not exist', async () => {
    const { code, stderr } = await offcut('submit', join(folder, 'three.jpg'));
    expect(code).toBe(2);
    expect(stderr).toContain('three.jpg cannot be read');
  });
});

describe('monitor', () => {
  test('shows a job’s progress, a line a change where the output is no terminal, until it is over', async () => {
    const { job_id: id } = await submit(server, await manyPhotos(4));
    const { code, stdout } = await offcut('monitor', id);
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toBe(`[${'#'.repeat(30)}] 4/4 images, completed`);
    const counts = lines.map((line) => Number(/\] (\d)\/4/.exec(line)?.[1]));
    expect(counts).toEqual(counts.toSorted());
    expect(counts[0]).toBeLessThan(4);
    expect(lines.length).toBeGreaterThan(1);
  });

  test('ends with 1 when the job was cancelled', async () => {
    const { job_id: id } = await submit(server, await manyPhotos(30));
    const watching = offcut('monitor', id);
    expect((await offcut('cancel', id)).code).toBe(0);
    const { code, stdout } = await watching;
    expect(code).toBe(1);
    expect(stdout).toMatch(/cancelled\n$/);
  });

  test('without an id ends when the queue is empty', async () => {
    const { job_id: id } = await submit(server, await manyPhotos(2));
    const { code, stdout } = await offcut('monitor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/jobs, 0 processing, 0 pending/);
    expect(await job(server, id)).toMatchObject({ status: 'completed' });
  });
});

describe('status, list, stats, cancel', () => {
  test('--json prints what the server answers', async () => {
    const file = join(folder, 'one.jpg');
    const answer = submitWire.parse(JSON.parse((await offcut('submit', file, '--json')).stdout));
    const { job_id: id } = answer;
    await finished(server, id);
    const status = jobWire.parse(JSON.parse((await offcut('status', id, '--json')).stdout));
    expect(status).toMatchObject({ id, status: 'completed' });
    const list = jobListWire.parse(JSON.parse((await offcut('list', '--limit', '1', '--json')).stdout));
    expect(list.jobs.map((listed) => listed.id)).toEqual([id]);
    const { stats } = statsWire.parse(JSON.parse((await offcut('stats', '--json')).stdout));
    expect(stats.completed).toBeGreaterThan(0);
  });

  test('status names what failed and why', async () => {
    const { job_id: id } = await submit(server, [await photo(), brokenPhoto()]);
    await finished(server, id);
    const { code, stdout } = await offcut('status', id);
    expect(code).toBe(0);
    expect(stdout).toContain('2/2 images, 1 failed, completed');
    expect(stdout).toMatch(/failed {6}broken\.png\n.*no image/);
  });

  test('list shows one line a job, by status', async () => {
    const { job_id: id } = await submit(server, [brokenPhoto()]);
    await finished(server, id);
    const { stdout } = await offcut('list', '--status', 'failed', '--limit', '1');
    expect(stdout).toMatch(new RegExp(`^${id}  failed .* broken\\.png\n1 of \\d+ jobs\n$`));
  });

  test('cancel says for each job what became of it', async () => {
    const { job_id: over } = await submit(server, [brokenPhoto()]);
    await finished(server, over);
    const { job_id: open } = await submit(server, await manyPhotos(30));
    const { code, stdout, stderr } = await offcut('cancel', over, open);
    expect(code).toBe(1);
    expect(stderr).toContain(`Job ${over} is failed already`);
    expect(stdout).toContain(`${open}  Job cancelled`);
  });
});

describe('pause, order, resume', () => {
  test('the queue waits, takes what waits in another order, and goes on', async () => {
    expect(await offcut('pause')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('paused') as string,
    });
    const ids: string[] = [];
    for (const name of ['first', 'second', 'third'])
      ids.push((await submit(server, [{ ...(await photo()), filename: `${name}.jpg` }])).job_id);
    const [first = '', second = '', third = ''] = ids;
    const { code, stdout, stderr } = await offcut('order', third, UNKNOWN_ID, first);
    expect({ code, ids: stdout.trim().split('\n') }).toEqual({ code: 1, ids: [third, first] });
    expect(stderr).toContain(`There is no job ${UNKNOWN_ID}`);
    expect((await offcut('stats')).stdout).toContain('the queue is paused');
    expect(JSON.parse((await offcut('resume', '--json')).stdout)).toMatchObject({ paused: false });
    const over = await Promise.all([third, second, first].map((id) => finished(server, id)));
    const starts = over.map(({ started_at: at }) => at);
    expect(starts).toEqual(starts.toSorted());
  });
});

describe('help and mistakes', () => {
  test('--version and --help answer without a server', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
    expect((await runCli(['--help'])).stdout).toMatch(/submit.*status.*monitor.*list.*stats.*cancel.*serve/s);
    for (const command of [
      'rm',
      'submit',
      'status',
      'monitor',
      'list',
      'stats',
      'cancel',
      'order',
      'pause',
      'resume',
      'serve',
      'completion',
    ]) {
      const { code, stdout } = await runCli([command, '--help']);
      expect(code, command).toBe(0);
      expect(stdout, command).toMatch(/^Usage: offcut .*Examples:/s);
    }
  });

  test('a server that does not answer: exit code 3, and what to do', async () => {
    const { code, stderr } = await runCli(['stats', '--server', 'http://127.0.0.1:9']);
    expect(code).toBe(3);
    expect(stderr).toContain('No server answers at http://127.0.0.1:9');
    expect(stderr).toContain('offcut serve');
  });

  test.each([
    [['frobnicate'], 'There is no command "frobnicate"'],
    [['status'], 'Name exactly one job id.'],
    [['status', 'seven'], '"seven" is no job id'],
    [['list', '--colour'], '--colour'],
    [['order', UNKNOWN_ID], 'Name at least two job ids'],
    [['stats', '--server', 'ftp://x'], '"ftp://x" is no server address'],
  ])('%j is a mistake in the call: exit code 2', async (args, message) => {
    const { code, stderr } = await offcut(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('what the server refuses: exit code 1, and its sentence', async () => {
    const { code, stderr } = await offcut('status', UNKNOWN_ID);
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no job ${UNKNOWN_ID}`);
  });
});
