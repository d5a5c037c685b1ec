import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import type { BlobStore } from '#queue/blobs.ts';
import { DEFAULT_POLICY } from '#queue/policy.ts';
import { Queue, type QueueHost } from '#queue/queue.ts';
import type { QueueStore } from '#queue/store.ts';
import { openDiskBlobs } from './blobs/disk.ts';
import type { KeyStore } from './access/key-store.ts';
import { RateLimits } from './access/rate-limits.ts';
import type { Config } from './config.ts';
import { openRunnerFiles } from './runner/registry-files.ts';
import type { RunnerRegistry } from './runner/registry.ts';
import { openSqliteKeys } from './stores/sqlite/keys.ts';
import { openSqliteUploads } from './stores/sqlite/uploads.ts';
import { openSqliteStore } from './stores/sqlite/store.ts';
import type { UploadStore } from './uploads/upload-store.ts';

export interface QueueEvents extends Pick<QueueHost, 'onLeaseExpired'> {
  /** Told of trouble with the database in the background, which passes by itself. */
  readonly onStoreTrouble?: (cause: unknown) => void;
}

/** Bytes of an upload that was given up would else be taken for a job's that never came, before the upload is. */
const ORPHANS_OUTLIVE_UPLOADS_SECONDS = 3600;

/**
 * The queue: jobs in `queue.sqlite` of the data folder or in a database that machines share, images in `blobs/` beside
 * it or wherever else they are kept. The server and each of its runners open one of their own; the storage is safe for
 * that.
 * @param role a server looks after the database's tables, a runner has few connections
 * @throws StoreOpenError, DatabaseOpenError, BucketError
 */
export async function openQueue(
  config: Config,
  { onStoreTrouble, ...events }: QueueEvents = {},
  role: 'server' | 'runner' = 'server',
): Promise<Queue> {
  await mkdir(config.dataFolder, { recursive: true });
  const blobs = await openBlobs(config);
  const { store, now } = await openStore(config, role, onStoreTrouble);
  return new Queue({
    store,
    blobs,
    now,
    newId: uuidv7,
    random: Math.random,
    policy: {
      retentionSeconds: config.retentionSeconds,
      orphanSeconds: Math.max(
        DEFAULT_POLICY.orphanSeconds,
        config.uploadsKeptSeconds + ORPHANS_OUTLIVE_UPLOADS_SECONDS,
      ),
    },
    ...events,
  });
}

async function openStore(
  { database, dataFolder, concurrency }: Config,
  role: 'server' | 'runner',
  onTrouble: (cause: unknown) => void = () => undefined,
): Promise<{ store: QueueStore; now: () => number }> {
  switch (database.kind) {
    case 'sqlite':
      return { store: openSqliteStore(path.join(dataFolder, 'queue.sqlite')), now: Date.now };
    case 'postgres': {
      // Loading pg-boss takes a while, and most servers have no use for it.
      const { openPostgresStore } = await import('./stores/postgres/store.ts');
      return openPostgresStore({
        url: database.url,
        patienceSeconds: database.patienceSeconds,
        connections: role === 'server' ? database.connections : concurrency + 2,
        tidy: role === 'server',
        onError: onTrouble,
      });
    }
    default:
      return database satisfies never;
  }
}

/** Who works on the queue, wherever it is. */
export async function openRunners({ database, dataFolder }: Config): Promise<RunnerRegistry> {
  switch (database.kind) {
    case 'sqlite':
      return openRunnerFiles(path.join(dataFolder, 'runners'));
    case 'postgres': {
      const { openPostgresRunners } = await import('./stores/postgres/runners.ts');
      return openPostgresRunners(database.url);
    }
    default:
      return database satisfies never;
  }
}

/** The API keys, beside the queue. */
export async function openKeys({
  database,
  dataFolder,
}: Pick<Config, 'database' | 'dataFolder'>): Promise<KeyStore> {
  switch (database.kind) {
    case 'sqlite':
      await mkdir(dataFolder, { recursive: true });
      return openSqliteKeys(path.join(dataFolder, 'queue.sqlite'));
    case 'postgres': {
      const { openPostgresKeys } = await import('./stores/postgres/keys.ts');
      return openPostgresKeys(database.url, database.patienceSeconds);
    }
    default:
      return database satisfies never;
  }
}

/** How far uploads are, beside the queue. */
export async function openUploads({
  database,
  dataFolder,
}: Pick<Config, 'database' | 'dataFolder'>): Promise<UploadStore> {
  switch (database.kind) {
    case 'sqlite':
      return openSqliteUploads(path.join(dataFolder, 'queue.sqlite'));
    case 'postgres': {
      const { openPostgresUploads } = await import('./stores/postgres/uploads.ts');
      return openPostgresUploads(database.url, database.patienceSeconds);
    }
    default:
      return database satisfies never;
  }
}

/** What counts requests: for all servers of a database together, else for this process. */
export async function openRates({ database }: Pick<Config, 'database'>): Promise<RateLimits> {
  switch (database.kind) {
    case 'sqlite':
      return new RateLimits();
    case 'postgres': {
      const { openPostgresRates } = await import('./stores/postgres/rates.ts');
      return new RateLimits(openPostgresRates(database.url));
    }
    default:
      return database satisfies never;
  }
}

/** The storage of the images alone. */
export async function openBlobs({ blobs, dataFolder }: Config): Promise<BlobStore> {
  switch (blobs.kind) {
    case 'disk':
      return openDiskBlobs(blobs.folder);
    case 's3': {
      // Loading the SDK takes a while, and most servers have no use for it.
      const { openS3Blobs } = await import('./blobs/s3/store.ts');
      return openS3Blobs(blobs.address, path.join(dataFolder, 'uploads'));
    }
    default:
      return blobs satisfies never;
  }
}
