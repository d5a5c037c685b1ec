import Dexie from 'dexie';
import { expect, onTestFinished, test } from 'vitest';
import { UNSENT_PLACE } from '#queue/place.ts';
import { openDexieStores } from '../../src/lib/browser/store/open.ts';
import { expectConsistent } from './consistency.ts';
import { deleteDatabase } from './indexed-db.ts';
import { INPUT_BYTES, sampleJob } from './sample-job.ts';

/** The database as the first version kept it: a waiting job of two images, a finished one, and a removed one. */
async function firstVersion(name: string) {
  const db = new Dexie(name);
  db.version(1).stores({
    jobs: 'job.id, &sequence, [job.createdAt+job.id], [state+job.createdAt+job.id], job.completedAt, &job.idempotency.key',
    items: 'item.id, &[item.jobId+item.index], readyOrder, [ready+item.availableAt], item.lease.until',
    removed: 'jobId, &sequence, removedAt',
    feed: 'name',
    blobs: 'path, [jobId+writtenAt]',
  });
  const waiting = sampleJob({ images: 2, idempotency: { key: 'mine', fingerprint: 'f' } });
  const done = sampleJob();
  for (const [index, { job, items }] of [waiting, done].entries()) {
    const { tenant: _tenant, bytes: _bytes, webhook: _webhook, ...old } = job;
    const isDone = index === 1;
    const counts = { ...job.counts, pending: 0, completed: 1 };
    await db.table('jobs').add({
      job: isDone ? { ...old, counts, completedAt: 2_000 } : old,
      state: isDone ? 'completed' : 'pending',
      sequence: index + 2,
    });
    for (const { availableAt, lastFailure, ...item } of items) {
      const order = `4.${job.id}.${String(item.index)}`;
      const result = { mediaType: 'image/png', bytes: 7, width: 1, height: 1, warnings: [] };
      await db
        .table('items')
        .add(
          isDone
            ? { item: { ...item, state: 'completed', result }, leaseOrder: order, ready: 0 }
            : { item: { ...item, availableAt, lastFailure }, leaseOrder: order, ready: 1, readyOrder: order },
        );
    }
  }
  await db.table('removed').add({ jobId: 'gone', sequence: 1, removedAt: 1_000 });
  const totals = { pending: 1, processing: 0, completed: 1, failed: 0, cancelled: 0 };
  await db.table('feed').put({ name: 'feed', head: 3, totals });
  db.close();
  return { waiting, done };
}

test('a library of the first version is all there in this one, and goes on', async () => {
  const name = 'upgrade';
  const { waiting, done } = await firstVersion(name);
  const { store } = openDexieStores(name);
  onTestFinished(async () => {
    await store.close();
    await deleteDatabase(name);
  });
  await expectConsistent(store);
  expect(await store.usage()).toEqual({ jobs: 2, waiting: 2, bytes: 3 * INPUT_BYTES + 7 });
  expect(await store.changes('local', 0, 10)).toMatchObject([
    { kind: 'removed', sequence: 1, jobId: 'gone' },
    { kind: 'changed', sequence: 2, job: { job: waiting.job } },
    {
      kind: 'changed',
      sequence: 3,
      job: { job: { id: done.job.id, bytes: INPUT_BYTES + 7, webhook: null } },
    },
  ]);
  const again = sampleJob({ idempotency: { key: 'mine', fingerprint: 'f' } });
  expect(await store.insert(again.job, again.items)).toMatchObject({
    kind: 'duplicate',
    existing: { job: { id: waiting.job.id } },
  });
  expect(await store.remove(done.job.id, 3_000)).toBe(true);
  await expectConsistent(store);
});

test('an image in work is still leased after the upgrade, and of a job for the server no runner here gets any', async () => {
  const name = 'upgrade-leases';
  const old = new Dexie(name);
  old.version(3).stores({
    jobs: 'job.id, &[job.tenant+sequence], [job.tenant+job.createdAt+job.id], [job.tenant+state+job.createdAt+job.id], job.completedAt, &[job.tenant+job.idempotency.key], job.webhook.dueAt',
    items: 'item.id, &[item.jobId+item.index], readyOrder, [ready+item.availableAt], item.lease.until',
    removed: 'jobId, &[tenant+sequence], removedAt',
    feed: 'name',
    blobs: 'path, [jobId+writtenAt]',
    edits: 'key, jobId, [key+updatedAt], picture',
    editPictures: 'id, addedAt',
  });
  const { job, items } = sampleJob();
  const counts = { ...job.counts, pending: 0, processing: 1 };
  await old.table('jobs').add({ job: { ...job, counts }, state: 'processing', sequence: 1 });
  for (const { availableAt: _, lastFailure: __, ...item } of items) {
    const leased = { ...item, state: 'processing', attempt: 1, lease: { owner: 'me', until: 5_000 } };
    await old.table('items').add({ item: leased, leaseOrder: '4', ready: 0 });
  }
  const total = { tenant: job.tenant, state: 'processing', jobs: 1, waiting: 1, bytes: job.bytes };
  await old.table('feed').put({ name: 'feed', head: 1, totals: [total] });
  old.close();
  const { store, db } = openDexieStores(name);
  onTestFinished(async () => {
    await store.close();
    await deleteDatabase(name);
  });
  expect(await store.processing({ leaseEndedBefore: 6_000, limit: 10 })).toMatchObject([{ jobId: job.id }]);
  expect(await store.nextDueAt()).toBe(5_000);
  const remote = sampleJob({ place: UNSENT_PLACE });
  await store.insert(remote.job, remote.items);
  expect(await store.lease(9_000, () => expect.unreachable('it runs on the server'))).toBeUndefined();
  expect(await store.usage()).toMatchObject({ jobs: 2, waiting: 1 });
  expect(await db.jobs.where('todo').equals('submit').primaryKeys()).toEqual([remote.job.id]);
});
