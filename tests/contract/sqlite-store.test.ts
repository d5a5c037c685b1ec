import { DatabaseSync } from 'node:sqlite';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QueueStore } from '#queue/store.ts';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { describeQueueStore } from './queue-store.ts';

async function newFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'offcut-store-'));
}

describeQueueStore('the SQLite store', async () => {
  const folder = await newFolder();
  const opened: QueueStore[] = [];
  return {
    async open() {
      const store = openSqliteStore(path.join(folder, 'queue.sqlite'));
      opened.push(store);
      return store;
    },
    async dispose() {
      for (const store of opened) await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe('opening a SQLite store', () => {
  let file: string;
  beforeEach(async () => {
    file = path.join(await newFolder(), 'queue.sqlite');
  });
  afterEach(async () => {
    await rm(path.dirname(file), { recursive: true });
  });

  test('makes the folder that is to hold it', async () => {
    await openSqliteStore(path.join(path.dirname(file), 'a', 'b', 'queue.sqlite')).close();
  });

  test('refuses a file that is no database, and names it', async () => {
    await writeFile(file, 'Shopping list: milk, eggs, a much longer list than one would think'.repeat(20));
    expect(() => openSqliteStore(file)).toThrow(
      expect.objectContaining({
        code: 'store_not_a_database',
        message: expect.stringContaining(file) as string,
      }),
    );
  });

  test('refuses a file of a newer version, and names both', async () => {
    await openSqliteStore(file).close();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(() => openSqliteStore(file)).toThrow(
      expect.objectContaining({
        code: 'store_too_new',
        message: expect.stringContaining(`${file} has schema version 99`) as string,
      }),
    );
  });
});
