import { DEFAULT_MODEL, MODELS } from '#models/registry.ts';
import { isOver } from '#queue/states.ts';
import { allJobs } from '../all-jobs.ts';
import type { Device } from '../device.ts';
import { countParts, keptModels, PART_BYTES } from '../weights-store.ts';
import { measureCaches } from './caches.ts';
import type { ModelBytes, StorageReport } from './interface.ts';

type Kept = Omit<StorageReport, 'level' | 'persisted' | 'usage' | 'quota'>;

/** Reads through all jobs: bytes of what is kept on this device, by what it is. */
export async function measureKept(device: Device): Promise<Kept> {
  const [cached, jobs, models] = await Promise.all([measureCaches(), measureJobs(device), measureModels()]);
  const { app, runtime, defaultModel } = cached;
  const { id, title } = DEFAULT_MODEL;
  const embedded: ModelBytes = { id, title, bytes: defaultModel, kind: 'app' };
  return { app, runtime, ...jobs, models: [...(defaultModel > 0 ? [embedded] : []), ...models] };
}

async function measureJobs({ client, db }: Device) {
  const sum = { photos: 0, results: 0, edits: 0, jobs: 0, finished: { jobIds: [] as string[], bytes: 0 } };
  for await (const { job, items } of allJobs(client)) {
    const results = items.reduce(
      (bytes, item) => bytes + (item.state === 'completed' ? item.result.bytes : 0),
      0,
    );
    sum.jobs += 1;
    sum.results += results;
    sum.photos += job.bytes - results;
    if (!isOver(job.counts)) continue;
    sum.finished.jobIds.push(job.id);
    sum.finished.bytes += job.bytes;
  }
  const { edits, editPictures } = db;
  await edits.each(({ preview }) => (sum.edits += preview?.size ?? 0));
  await editPictures.each(({ image }) => (sum.edits += image.size));
  return sum;
}

/** Weights that were downloaded or added, and what came of downloads that broke off. */
async function measureModels(): Promise<ModelBytes[]> {
  const kept = await keptModels();
  const whole = kept.map(({ id, title, bytes }): ModelBytes => ({ id, title, bytes, kind: 'whole' }));
  const others = MODELS.filter(({ sha256 }) => !kept.some((model) => model.sha256 === sha256));
  const parts = await Promise.all(
    others.map(async (model): Promise<ModelBytes> => {
      const bytes = Math.min(model.bytes, (await countParts(model)) * PART_BYTES);
      return { id: model.id, title: model.title, bytes, kind: 'part' };
    }),
  );
  return [...whole, ...parts.filter(({ bytes }) => bytes > 0)];
}
