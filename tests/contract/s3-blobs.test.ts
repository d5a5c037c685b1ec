import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BlobKey } from '#queue/blobs.ts';
import { openS3Blobs } from '../../server/blobs/s3/store.ts';
import { FaultyProxy, type Fault } from '../support/faulty-proxy.ts';
import { S3Server, whyNoS3Server } from '../support/s3-server.ts';
import { describeBlobStore } from './blob-store.ts';

const INPUT = { jobId: 'job-0001', index: 0, kind: 'input' } as const satisfies BlobKey;
const MEDIA = { mediaType: 'image/png' };
const MEGABYTE = 1024 * 1024;

const missing = whyNoS3Server();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)('on a real S3 server', () => {
  let server: S3Server;
  let folder: string;
  beforeAll(async () => {
    // Credentials by the SDK's usual chain.
    server = await S3Server.start();
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
    folder = await mkdtemp(path.join(tmpdir(), 'offcut-parts-'));
  }, 420_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Objects and unfinished uploads. */
  async function countIn(bucket: string): Promise<number> {
    const client = server.client();
    const { KeyCount = 0 } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return KeyCount + Uploads.length;
  }

  describeBlobStore('blobs in a bucket', async () => {
    const { address } = await server.newBucket('kept/here');
    return {
      open: () => openS3Blobs(address, folder),
      count: async () => (await countIn(address.bucket)) + (await readdir(folder)).length,
      dispose: async () => undefined,
    };
  });

  describe('larger than a part', () => {
    test('a stream comes back byte by byte, and a range of it across two parts', async () => {
      const { address } = await server.newBucket();
      const blobs = await openS3Blobs(address, folder);
      const { bytes, stream } = numbered(20 * MEGABYTE + 5);
      expect(await blobs.put(INPUT, stream, MEDIA)).toEqual({ bytes: bytes.byteLength });
      const blob = await blobs.get(INPUT);
      expect(Buffer.compare((await blob?.bytes()) ?? new Uint8Array(), bytes)).toBe(0);
      const [from, to] = [8 * MEGABYTE - 10, 8 * MEGABYTE + 10];
      expect(await blob?.slice(from, to).bytes()).toEqual(bytes.slice(from, to));
    });

    test('exactly as large as a part', async () => {
      const { address } = await server.newBucket();
      const blobs = await openS3Blobs(address, folder);
      expect(await blobs.put(INPUT, numbered(8 * MEGABYTE).stream, MEDIA)).toEqual({ bytes: 8 * MEGABYTE });
      expect((await blobs.get(INPUT))?.size).toBe(8 * MEGABYTE);
    });

    test('an upload that breaks off after its first parts is aborted, and nothing of it is visible', async () => {
      const { address } = await server.newBucket();
      const blobs = await openS3Blobs(address, folder);
      const { stream } = numbered(18 * MEGABYTE, new Error('connection lost'));
      await expect(blobs.put(INPUT, stream, MEDIA)).rejects.toThrow('connection lost');
      expect(await blobs.get(INPUT)).toBeUndefined();
      expect([await countIn(address.bucket), await readdir(folder)]).toEqual([0, []]);
    });

    test('one past the limit is aborted', async () => {
      const { address } = await server.newBucket();
      const blobs = await openS3Blobs(address, folder);
      const { stream } = numbered(18 * MEGABYTE);
      await expect(blobs.put(INPUT, stream, { ...MEDIA, maxBytes: 17 * MEGABYTE })).rejects.toMatchObject({
        code: 'file_too_large',
      });
      expect(await countIn(address.bucket)).toBe(0);
    });
  });

  test('what a crash left of an upload is found as old bytes, and goes with its job', async () => {
    const { address } = await server.newBucket('kept');
    const blobs = await openS3Blobs(address, folder);
    const key = { Bucket: address.bucket, Key: 'kept/job-0001/0.input' };
    await server.client().send(new CreateMultipartUploadCommand(key));
    const found = [];
    for await (const jobId of blobs.jobsWrittenBefore(Date.now() + 60_000)) found.push(jobId);
    expect(found).toEqual(['job-0001']);
    await blobs.removeJob('job-0001');
    expect(await countIn(address.bucket)).toBe(0);
  });

  test('more jobs and images than a listing has on a page are gone through, and removed', async () => {
    const { address } = await server.newBucket();
    const blobs = await openS3Blobs(address, folder);
    const client = server.client();
    const keys = Array.from({ length: 1_100 }, (_, n) => `job-many/${String(n)}.input`);
    const others = Array.from({ length: 20 }, (_, n) => `job-${String(n)}/0.input`);
    await inTens([...keys, ...others], (Key) =>
      client.send(new PutObjectCommand({ Bucket: address.bucket, Key, Body: 'x' })),
    );
    const found = [];
    for await (const jobId of blobs.jobsWrittenBefore(Date.now() + 60_000)) found.push(jobId);
    expect(found.sort()).toEqual(['job-many', ...others.map((key) => key.split('/')[0])].sort());
    await blobs.removeJob('job-many');
    expect(await countIn(address.bucket)).toBe(20);
  });

  test('what others keep in the bucket is neither seen nor touched', async () => {
    const { address } = await server.newBucket('ours');
    const blobs = await openS3Blobs(address, folder);
    const client = server.client();
    for (const Key of ['ours/readme.txt', 'oursandmore/job-0001/0.input', 'job-0001/0.input']) {
      await client.send(new PutObjectCommand({ Bucket: address.bucket, Key, Body: 'x' }));
    }
    for await (const jobId of blobs.jobsWrittenBefore(Date.now() + 60_000)) expect.fail(jobId);
    await blobs.removeJob('job-0001');
    expect(await countIn(address.bucket)).toBe(3);
  });

  describe('when the storage falters', () => {
    /** Faults for requests of this method, one after another. */
    const next = (wanted: string, ...faults: Fault[]) => {
      return (method: string) => (method === wanted ? faults.shift() : undefined);
    };

    async function openThrough(proxy: FaultyProxy) {
      const { address } = await server.newBucket();
      const blobs = await openS3Blobs({ ...address, endpoint: proxy.url }, folder);
      return { blobs, bucket: address.bucket };
    }

    test('what it refused or lost for a moment is sent again, and is whole', async () => {
      await using proxy = await FaultyProxy.before(server.url);
      const { blobs } = await openThrough(proxy);
      proxy.fault = next('PUT', 'unavailable', 'cut', undefined, 'cut', 'unavailable');
      const { bytes, stream } = numbered(20 * MEGABYTE);
      await blobs.put(INPUT, stream, MEDIA);
      expect(Buffer.compare((await (await blobs.get(INPUT))?.bytes()) ?? new Uint8Array(), bytes)).toBe(0);
    });

    test('a download that breaks off goes on where it stopped', async () => {
      await using proxy = await FaultyProxy.before(server.url);
      const { blobs } = await openThrough(proxy);
      const { bytes, stream } = numbered(3 * MEGABYTE);
      await blobs.put(INPUT, stream, MEDIA);
      const blob = await blobs.get(INPUT);
      proxy.fault = next('GET', 'cut-answer', 'unavailable', 'cut-answer');
      expect(Buffer.compare((await blob?.bytes()) ?? new Uint8Array(), bytes)).toBe(0);
      expect(proxy.seen.filter((line) => line.startsWith('GET'))).toHaveLength(4);
    });

    test('one that stays away is a 503 in words, and nothing waits for it on our disk', async () => {
      await using proxy = await FaultyProxy.before(server.url);
      const { blobs, bucket } = await openThrough(proxy);
      proxy.fault = (method) => (method === 'PUT' ? 'unavailable' : undefined);
      await expect(blobs.put(INPUT, numbered(20 * MEGABYTE).stream, MEDIA)).rejects.toMatchObject({
        code: 'storage_unavailable',
        status: 503,
      });
      expect([await countIn(bucket), await readdir(folder)]).toEqual([0, []]);
    });
  });

  test.each(['../../etc', 'a/../../b', '..', '', 'a\0b'])(
    'an id that is none, such as %j, never becomes a key',
    async (jobId) => {
      const { address } = await server.newBucket();
      const blobs = await openS3Blobs(address, folder);
      await expect(blobs.put({ ...INPUT, jobId }, new Blob(['x']), MEDIA)).rejects.toThrow(RangeError);
      await expect(blobs.removeJob(jobId)).rejects.toThrow(RangeError);
    },
  );

  test('a bucket that does not exist, or may not be used, is told at the start', async () => {
    const { address } = await server.newBucket();
    await expect(openS3Blobs({ ...address, bucket: 'nonesuch' }, folder)).rejects.toThrow(
      `The bucket "nonesuch" at ${server.url} does not exist. Create it, or correct BLOBS.`,
    );
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
    await expect(openS3Blobs(address, folder)).rejects.toThrow('may not be used with these credentials');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.environment['AWS_SECRET_ACCESS_KEY']);
  });
});

/** Bytes that tell where they belong, and a stream of them that ends with `failure` if there is one. */
function numbered(length: number, failure?: Error) {
  const numbers = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, n) => n * 2654435761);
  const bytes = new Uint8Array(numbers.buffer, 0, length);
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(bytes.subarray(at, (at += 100_003)));
      if (at < length) return;
      if (failure === undefined) controller.close();
      else controller.error(failure);
    },
  });
  return { bytes, stream };
}

async function inTens<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < all.length; at += 10) await Promise.all(all.slice(at, at + 10).map(work));
}
