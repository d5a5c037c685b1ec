import { randomUUID } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Queue } from '#queue/queue.ts';

/** Something without which this process should get no requests. The sentence may be read by strangers. */
export interface Missing {
  readonly check: 'drain' | 'store' | 'blobs' | 'disk' | 'runner';
  readonly detail: string;
}

export interface ReadinessSettings {
  readonly queue: Queue;
  /** Where blobs are on a local disk, else undefined. */
  readonly blobsFolder: string | undefined;
  /** Below this a submission would be refused. */
  readonly minFreeBytes: number;
  /** Has this process runners of its own? */
  readonly needsRunner: boolean;
  /** Is one of them up, its model loaded? */
  readonly running: () => boolean;
  readonly draining: () => boolean;
}

/** Probes come from every load balancer: they share an answer for this long. */
const CACHE_MILLIS = 1000;
/** A check that is silent for longer counts as failed. */
const CHECK_MILLIS = 2000;

/** @returns what tells what is missing, cheap enough to be asked by anybody at any time; empty when ready */
export function createReadiness(settings: ReadinessSettings): () => Promise<readonly Missing[]> {
  let asked = -Infinity;
  let answer: Promise<readonly Missing[]> = Promise.resolve([]);
  return async () => {
    // Never from the cache: the moment when it begins matters.
    if (settings.draining()) return [{ check: 'drain', detail: 'The server is about to stop.' }];
    const now = performance.now();
    if (now - asked >= CACHE_MILLIS) {
      asked = now;
      answer = findMissing(settings);
    }
    return answer;
  };
}

async function findMissing({ queue, blobsFolder, minFreeBytes, ...runner }: ReadinessSettings) {
  const missing: Missing[] = [];
  const demand = async (check: Missing['check'], detail: string, work: () => Promise<unknown>) => {
    const silent = new Promise((_, reject) => setTimeout(reject, CHECK_MILLIS, new Error('silent')).unref());
    await Promise.race([work(), silent]).catch((cause: unknown) => {
      missing.push({ check, detail: `${detail}${reason(cause)}` });
    });
  };
  await Promise.all([
    demand('store', 'The store of the queue does not answer', () => queue.store.counts()),
    demand('blobs', 'The storage of the images cannot be used', () => useBlobs(queue, blobsFolder)),
    demand('disk', 'The disk of the images is full', async () => requireSpace(blobsFolder, minFreeBytes)),
  ]);
  if (runner.needsRunner && !runner.running()) {
    missing.push({ check: 'runner', detail: 'No runner has its model loaded yet.' });
  }
  return missing;
}

/** A code says enough, and no path of ours. */
function reason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? '.' : ` (${code}).`;
}

async function useBlobs(queue: Queue, folder: string | undefined): Promise<void> {
  if (folder === undefined) {
    await queue.blobs.get({ jobId: 'readiness', index: 0, kind: 'input' });
    return;
  }
  const probe = path.join(folder, `.probe-${randomUUID()}`);
  try {
    await writeFile(probe, '', { flag: 'wx' });
  } finally {
    await rm(probe, { force: true });
  }
}

async function requireSpace(folder: string | undefined, minFreeBytes: number): Promise<void> {
  if (folder === undefined) return;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < minFreeBytes) throw new Error('Too little space is left.');
}
