import type { BlobKey, BlobStore } from '#queue/blobs.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

/** One storage for bytes, empty at first, that can be opened any number of times at once. */
export interface BlobsUnderTest {
  open(): Promise<BlobStore>;
  /** How many blobs, also half written ones, there are; to see that nothing stays behind. */
  count(): Promise<number>;
  dispose(): Promise<void>;
}

const INPUT = { jobId: 'job-0001', index: 0, kind: 'input' } as const satisfies BlobKey;
const BACKGROUND = { jobId: 'job-0001', kind: 'background' } as const satisfies BlobKey;
const MEDIA = { mediaType: 'image/png' };

/** What every blob store promises to the queue; see BlobStore. */
export function describeBlobStore(name: string, newStorage: () => Promise<BlobsUnderTest>): void {
  describe(name, () => {
    let storage: BlobsUnderTest;
    let blobs: BlobStore;
    let other: BlobStore;

    beforeEach(async () => {
      storage = await newStorage();
      blobs = await storage.open();
      other = await storage.open();
    });
    afterEach(() => storage.dispose());

    async function bytesOf(key: BlobKey): Promise<Uint8Array | undefined> {
      return (await other.get(key))?.bytes();
    }

    describe('keeping bytes', () => {
      test('a blob comes back byte by byte, for everyone on the storage', async () => {
        const bytes = randomBytes(300_000);
        expect(await blobs.put(INPUT, new Blob([bytes]), MEDIA)).toEqual({ bytes: 300_000 });
        expect(await bytesOf(INPUT)).toEqual(bytes);
      });

      test('so does a stream, in the order of its chunks', async () => {
        const chunks = Array.from({ length: 20 }, () => randomBytes(10_000));
        expect(await blobs.put(INPUT, streamOf(chunks), MEDIA)).toEqual({ bytes: 200_000 });
        expect(await bytesOf(INPUT)).toEqual(new Uint8Array(await new Blob(chunks).arrayBuffer()));
      });

      test('nothing at all is kept as nothing at all', async () => {
        await blobs.put(INPUT, new Blob([]), MEDIA);
        expect(await bytesOf(INPUT)).toEqual(new Uint8Array());
      });

      test('a part can be read without the rest', async () => {
        await blobs.put(INPUT, new Blob(['one two three']), MEDIA);
        expect(await (await other.get(INPUT))?.slice(4, 7).text()).toBe('two');
      });

      test('what was never written is undefined', async () => {
        expect(await blobs.get(INPUT)).toBeUndefined();
      });

      test('inputs, results, their attempts and the background are apart', async () => {
        const keys: BlobKey[] = [
          INPUT,
          { ...INPUT, index: 1 },
          { jobId: INPUT.jobId, index: 0, kind: 'result', attempt: 1 },
          { jobId: INPUT.jobId, index: 0, kind: 'result', attempt: 2 },
          { ...INPUT, jobId: 'job-0002' },
          BACKGROUND,
        ];
        await Promise.all(keys.map((key, index) => blobs.put(key, new Blob([String(index)]), MEDIA)));
        const texts = await Promise.all(keys.map(async (key) => (await other.get(key))?.text()));
        expect(texts).toEqual(['0', '1', '2', '3', '4', '5']);
      });

      test('writing again puts the new bytes in place of the old', async () => {
        await blobs.put(INPUT, new Blob(['a long text']), MEDIA);
        await blobs.put(INPUT, new Blob(['short']), MEDIA);
        expect(await (await other.get(INPUT))?.text()).toBe('short');
        expect(await storage.count()).toBe(1);
      });
    });

    describe('refusing', () => {
      test('a blob of exactly the limit is kept, one byte more is not', async () => {
        await blobs.put(INPUT, new Blob([randomBytes(1_000)]), { ...MEDIA, maxBytes: 1_000 });
        const tooLong = { ...INPUT, index: 1 };
        await expect(
          blobs.put(tooLong, new Blob([randomBytes(1_001)]), { ...MEDIA, maxBytes: 1_000 }),
        ).rejects.toMatchObject({
          code: 'file_too_large',
          message: 'An image may have up to 1,000 bytes, and this one has 1,001 bytes. Send a smaller file.',
        });
        expect(await blobs.get(tooLong)).toBeUndefined();
        expect(await storage.count()).toBe(1);
      });

      test('a stream past the limit is stopped there, its sender told, and nothing of it stays', async () => {
        const cancelled = vi.fn();
        const endless = new ReadableStream<Uint8Array>({
          pull: (controller) => {
            controller.enqueue(randomBytes(10_000));
          },
          cancel: cancelled,
        });
        await expect(
          blobs.put(INPUT, endless, { ...MEDIA, maxBytes: 3 * 1024 * 1024 }),
        ).rejects.toMatchObject({
          code: 'file_too_large',
          message: expect.stringContaining('3 MB') as string,
        });
        expect(cancelled).toHaveBeenCalled();
        expect(await storage.count()).toBe(0);
      });

      test('an upload that breaks off leaves nothing', async () => {
        let sent = 0;
        const breaking = new ReadableStream<Uint8Array>({
          pull: (controller) => {
            sent += 1;
            if (sent > 3) controller.error(new Error('connection lost'));
            else controller.enqueue(randomBytes(10_000));
          },
        });
        await expect(blobs.put(INPUT, breaking, MEDIA)).rejects.toThrow('connection lost');
        expect(await blobs.get(INPUT)).toBeUndefined();
        expect(await storage.count()).toBe(0);
      });

      test('an abort ends a stalled upload, and leaves nothing', async () => {
        const abort = new AbortController();
        const cancelled = vi.fn();
        const stalled = new ReadableStream<Uint8Array>({
          start: (controller) => {
            controller.enqueue(randomBytes(10));
          },
          pull: () => {
            abort.abort(new Error('client went away'));
            return new Promise(() => undefined);
          },
          cancel: cancelled,
        });
        await expect(blobs.put(INPUT, stalled, { ...MEDIA, signal: abort.signal })).rejects.toThrow(
          'client went away',
        );
        expect(cancelled).toHaveBeenCalled();
        expect(await storage.count()).toBe(0);
      });

      test('a signal that is aborted already stops it before it starts', async () => {
        const signal = AbortSignal.abort(new Error('too late'));
        await expect(blobs.put(INPUT, new Blob(['x']), { ...MEDIA, signal })).rejects.toThrow('too late');
        expect(await storage.count()).toBe(0);
      });

      test('a failed write leaves what was there before', async () => {
        await blobs.put(INPUT, new Blob(['first']), MEDIA);
        await expect(blobs.put(INPUT, new Blob(['second']), { ...MEDIA, maxBytes: 3 })).rejects.toThrow();
        expect(await (await other.get(INPUT))?.text()).toBe('first');
      });
    });

    describe('removing', () => {
      test('takes one, or all of a job, and nothing else; what is not there is no error', async () => {
        const second = { ...INPUT, index: 1 };
        const foreign = { ...INPUT, jobId: 'job-0002' };
        for (const key of [INPUT, second, foreign]) await blobs.put(key, new Blob(['x']), MEDIA);
        await other.remove(second);
        await other.remove(second);
        expect([await blobs.get(second), (await blobs.get(INPUT))?.size]).toEqual([undefined, 1]);
        await other.removeJob(INPUT.jobId);
        await other.removeJob(INPUT.jobId);
        expect([await blobs.get(INPUT), (await blobs.get(foreign))?.size]).toEqual([undefined, 1]);
        expect(await storage.count()).toBe(1);
      });

      test('finds the jobs whose newest bytes are from before a time', async () => {
        const early = Date.now() - 60_000;
        const late = Date.now() + 60_000;
        expect(await all(blobs.jobsWrittenBefore(late))).toEqual([]);
        for (const jobId of ['job-0001', 'job-0002', 'job-1101']) {
          for (const index of [0, 1]) await blobs.put({ ...INPUT, jobId, index }, new Blob(['x']), MEDIA);
        }
        expect((await all(blobs.jobsWrittenBefore(late))).sort()).toEqual([
          'job-0001',
          'job-0002',
          'job-1101',
        ]);
        expect(await all(blobs.jobsWrittenBefore(early))).toEqual([]);
      });

      test('jobs can be removed while they are gone through', async () => {
        for (let made = 0; made < 10; made += 1) {
          await blobs.put({ ...INPUT, jobId: `job-${String(made)}` }, new Blob(['x']), MEDIA);
        }
        for await (const jobId of blobs.jobsWrittenBefore(Date.now() + 60_000)) await blobs.removeJob(jobId);
        expect(await storage.count()).toBe(0);
      });
    });
  });
}

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of iterable) found.push(one);
  return found;
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += 65_536) {
    crypto.getRandomValues(bytes.subarray(start, start + 65_536));
  }
  return bytes;
}

function streamOf(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull: (controller) => {
      const next = left.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
  });
}
