import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { describeBlobStore } from './blob-store.ts';
import { sampleJob } from './sample-job.ts';

const MEDIA = { mediaType: 'image/png' };

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

function newFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'offcut-blobs-'));
}

describeBlobStore('blobs on disk', async () => {
  const folder = await newFolder();
  return {
    open: () => openDiskBlobs(folder),
    count: async () => (await filesIn(folder)).length,
    dispose: () => rm(folder, { recursive: true }),
  };
});

describe('the folder of blobs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => rm(folder, { recursive: true }));

  test.each(['../../etc', 'a/../../b', '..', '', 'a\0b', 'C:\\x'])(
    'an id that is none, such as %j, never becomes a path',
    async (jobId) => {
      const blobs = await openDiskBlobs(folder);
      const key = { jobId, index: 0, kind: 'input' } as const;
      await expect(blobs.put(key, new Blob(['x']), MEDIA)).rejects.toThrow('is not the id of a job');
      await expect(blobs.get(key)).rejects.toThrow(RangeError);
      await expect(blobs.removeJob(jobId)).rejects.toThrow(RangeError);
    },
  );

  test('what a crash left half written is found as old bytes, and goes with its job', async () => {
    const blobs = await openDiskBlobs(folder);
    await blobs.put({ jobId: 'job-0001', index: 0, kind: 'input' }, new Blob(['x']), MEDIA);
    const [file] = await filesIn(folder);
    await writeFile(`${String(file)}.part`, 'half');
    const longAgo = new Date(1_000);
    for (const old of [path.dirname(String(file)), ...(await filesIn(folder))])
      await utimes(old, longAgo, longAgo);
    const found = [];
    for await (const jobId of blobs.jobsWrittenBefore(2_000)) found.push(jobId);
    expect(found).toEqual(['job-0001']);
    await blobs.removeJob('job-0001');
    expect(await filesIn(folder)).toEqual([]);
  });
});

/** A file system of one megabyte, to fill it. Only root can mount one. */
function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', tmpdir()], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!canMount())('a full disk (needs root, to mount a small one)', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  });
  afterEach(async () => {
    execFileSync('umount', [folder]);
    await rm(folder, { recursive: true });
  });

  test('refuses an image with a sentence, keeps nothing of it, and takes one that fits', async () => {
    const blobs = await openDiskBlobs(folder);
    const key = { jobId: 'job-0001', index: 0, kind: 'input' } as const;
    const tooMuch = new Blob([new Uint8Array(2 * 1024 * 1024)]);
    await expect(blobs.put(key, tooMuch, MEDIA)).rejects.toMatchObject({ code: 'storage_full' });
    expect(await filesIn(folder)).toEqual([]);
    expect(await blobs.put(key, new Blob(['small']), MEDIA)).toEqual({ bytes: 5 });
  });

  test('refuses a job whole, and takes it once there is room', async () => {
    const store = openSqliteStore(path.join(folder, 'queue.sqlite'));
    const filler = path.join(folder, 'filler');
    await writeFile(filler, new Uint8Array(700 * 1024));
    const { job, items } = sampleJob({ images: 2_000 });
    await expect(store.insert(job, items)).rejects.toMatchObject({ code: 'storage_full' });
    expect(await store.get(job.id)).toBeUndefined();
    await rm(filler);
    const small = sampleJob();
    expect(await store.insert(small.job, small.items)).toMatchObject({ kind: 'inserted' });
    await store.close();
  });
});
