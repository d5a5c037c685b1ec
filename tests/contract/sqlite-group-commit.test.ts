import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { QueueError } from '#queue/errors.ts';
import type { QueueStore } from '#queue/store.ts';
import { openDatabase } from '../../server/stores/sqlite/connection.ts';
import { GroupCommit } from '../../server/stores/sqlite/group-commit.ts';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { expectConsistent } from './consistency.ts';
import { sampleJob } from './sample-job.ts';

/* Writes of the same moment share a transaction; each still stands or falls alone. */

let file: string;
let store: QueueStore;
beforeEach(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'offcut-store-')), 'queue.sqlite');
  store = openSqliteStore(file);
});
afterEach(async () => {
  await store.close();
  await rm(path.dirname(file), { recursive: true });
});

const insert = (admit?: () => void) => {
  const { job, items } = sampleJob({ images: 2 });
  return { id: job.id, done: store.insert(job, items, admit) };
};

test('a refused job leaves nothing, and the ones before and after it in the group are there', async () => {
  const before = insert();
  const refused = insert(() => {
    throw new QueueError('storage_full', 'No.');
  });
  const after = insert();
  await expect(refused.done).rejects.toMatchObject({ code: 'storage_full' });
  await expect(before.done).resolves.toMatchObject({ kind: 'inserted', sequence: 1 });
  await expect(after.done).resolves.toMatchObject({ kind: 'inserted', sequence: 2 });
  expect(await store.get(refused.id)).toBeUndefined();
  await expectConsistent(store);
});

test('a write that breaks in the middle takes back its own part only', async () => {
  const first = insert();
  const { job, items } = sampleJob({ images: 2 });
  const [one] = items;
  if (one === undefined) throw new Error('There is no item.');
  // The second item has the first one's id: its job and first item are written by then.
  const broken = store.insert(job, [one, { ...one, index: 1 }]);
  await expect(broken).rejects.toThrow(/UNIQUE/);
  await expect(first.done).resolves.toMatchObject({ kind: 'inserted' });
  expect(await store.get(job.id)).toBeUndefined();
  await expectConsistent(store);
});

test('nobody is answered before the commit: a full disk refuses all of the group, and nothing of it is there', async () => {
  const db = openDatabase(path.join(path.dirname(file), 'small.sqlite'));
  onTestFinished(() => db.close());
  db.exec('CREATE TABLE notes (text TEXT); PRAGMA max_page_count = 60');
  const commits = new GroupCommit(db);
  const note = db.prepare('INSERT INTO notes VALUES (?)');
  const written = Array.from({ length: 40 }, () => commits.write(() => note.run('x'.repeat(10_000))));
  for (const outcome of await Promise.allSettled(written)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'storage_full' } });
  }
  expect(db.prepare('SELECT count(*) AS notes FROM notes').get()).toEqual({ notes: 0 });
  await commits.write(() => note.run('short'));
  expect(db.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'short' }]);
});
