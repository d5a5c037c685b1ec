import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../server/config.ts';
import { TestServer } from '../support/server.ts';
import { runCli } from './run-cli.ts';

describe('the environment', () => {
  test('an empty one gives the documented defaults', () => {
    expect(readConfig({})).toMatchObject({
      port: 5000,
      host: '127.0.0.1',
      dataFolder: join(process.cwd(), 'data'),
      retentionSeconds: 7 * 24 * 3600,
      maxFileBytes: 64 * 1024 * 1024,
      maxPixels: 100_000_000,
    });
  });

  test('an empty variable counts as absent', () => {
    expect(readConfig({ PORT: '', HOST: '' })).toMatchObject({ port: 5000, host: '127.0.0.1' });
  });

  test('aliases of models are pairs', () => {
    const { modelAliases } = readConfig({ MODEL_ALIASES: 'u2net=u2netp, silueta = u2netp' });
    expect([...modelAliases]).toEqual([
      ['u2net', 'u2netp'],
      ['silueta', 'u2netp'],
    ]);
  });

  test('images are kept beside the jobs, in another folder, or in a bucket', () => {
    const place = (BLOBS: string) => readConfig({ BLOBS }).blobs;
    expect(place('')).toEqual({ kind: 'disk', folder: join(process.cwd(), 'data', 'blobs') });
    expect(place('file:///var/lib/my%20images')).toEqual({ kind: 'disk', folder: '/var/lib/my images' });
    expect(place('s3://photos?region=eu-central-1')).toEqual({
      kind: 's3',
      address: {
        bucket: 'photos',
        prefix: '',
        region: 'eu-central-1',
        endpoint: undefined,
        pathStyle: false,
      },
    });
    expect(place('s3://photos/a/b/?endpoint=http://127.0.0.1:9000&path-style=1')).toMatchObject({
      address: { prefix: 'a/b/', region: 'us-east-1', endpoint: 'http://127.0.0.1:9000', pathStyle: true },
    });
  });

  test.each([
    ['/var/lib/images', 'is neither file:///folder nor s3://'],
    ['s3:///prefix', 'names no bucket'],
    ['s3://key:[secret]@photos', 'holds credentials'],
    ['s3://photos?endpont=http://x', 'has the parameter "endpont"'],
    ['s3://photos?endpoint=minio:9000', 'has endpoint=minio:9000, which is no address'],
    ['s3://photos?path-style=yes', 'has path-style=yes'],
  ])('BLOBS=%s is refused: it %s', (BLOBS, why) => {
    expect(() => readConfig({ BLOBS })).toThrow(`BLOBS=${BLOBS} ${why}`);
  });

  test.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['OFFCUT_RUNNERS', '1.5'],
    ['OFFCUT_THREADS', '0'],
    ['OFFCUT_RETENTION_DAYS', 'never'],
    ['OFFCUT_MAX_FILE_MB', '-3'],
    ['OFFCUT_LOG', 'xml'],
    ['OFFCUT_LOG_LEVEL', 'loud'],
    ['MODEL_ALIASES', 'u2net'],
  ])('%s=%s is refused by name and value', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(`${name}=${value} is`);
  });
});

describe('a server that cannot start says why, and what to do', () => {
  test('a setting with a wrong value: exit code 2', async () => {
    const { code, stderr } = await runCli(['serve'], { OFFCUT_RUNNERS: 'two', PORT: '0' });
    expect(code).toBe(2);
    expect(stderr).toContain('OFFCUT_RUNNERS=two is not a whole number from 0 to 64.');
    expect(stderr).not.toContain('    at ');
  });

  test('an alias of a model that does not exist: exit code 2', async () => {
    const { code, stderr } = await runCli(['serve'], { MODEL_ALIASES: 'u2net=nonesuch', PORT: '0' });
    expect(code).toBe(2);
    expect(stderr).toContain('MODEL_ALIASES=u2net=nonesuch');
  });

  test('a port in use: exit code 1', async () => {
    await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
    const { port } = new URL(server.url);
    const env = { PORT: port, HOST: '127.0.0.1', OFFCUT_DATA_DIR: server.dataDir };
    const { code, stderr } = await runCli(['serve'], env);
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port} is in use`);
    expect(stderr).toContain(`PORT=${String(Number(port) + 1)}`);
    expect(stderr).not.toContain('    at ');
  });

  test('a data folder with a foreign file in the place of the queue: exit code 1', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'offcut-test-'));
    try {
      await writeFile(
        join(folder, 'queue.sqlite'),
        'This is a letter, and it is longer than a header of SQLite.'.repeat(9),
      );
      const { code, stderr } = await runCli(['serve'], { PORT: '0', OFFCUT_DATA_DIR: folder });
      expect(code).toBe(1);
      expect(stderr).toContain('queue.sqlite is not a SQLite database');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
