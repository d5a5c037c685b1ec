import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { expectConsistent } from './consistency.ts';
import { sampleJob } from './sample-job.ts';

const child = (name: string) => path.join(import.meta.dirname, 'children', name);

describe('several processes on one SQLite store', () => {
  let file: string;
  const running = new Set<ChildProcess>();

  beforeEach(async () => {
    file = path.join(await mkdtemp(path.join(tmpdir(), 'offcut-crash-')), 'queue.sqlite');
  });
  afterEach(async () => {
    for (const process of running) process.kill('SIGKILL');
    running.clear();
    await rm(path.dirname(file), { recursive: true });
  });

  /** Starts a child; `lines` are what it printed in whole lines, and `onLine` is called for each. */
  function start(script: string, name: string, onLine: (count: number) => void = () => undefined) {
    const started = spawn(process.execPath, [child(script), file, name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.add(started);
    const lines: string[] = [];
    const read = createInterface({ input: started.stdout });
    read.on('line', (line) => {
      lines.push(line);
      onLine(lines.length);
    });
    const ended = Promise.all([once(started, 'exit'), once(read, 'close')]).then(
      ([[code]]) => code as number | null,
    );
    return { lines, ended, kill: () => started.kill('SIGKILL') };
  }

  test('what was acknowledged is there after kill -9, whole, and the file is sound', async () => {
    for (let round = 0; round < 4; round += 1) {
      const killAfter = 20 + Math.floor(Math.random() * 200);
      const writers = ['a', 'b'].map((name) => {
        const writer = start('insert-forever.ts', `${name}${String(round)}`, (count) => {
          if (count >= killAfter) writer.kill();
        });
        return writer;
      });
      await Promise.all(writers.map(({ ended }) => ended));

      const store = openSqliteStore(file);
      const acknowledged = writers.flatMap(({ lines }) => lines);
      expect(acknowledged.length).toBeGreaterThanOrEqual(2 * killAfter);
      for (const id of acknowledged) {
        const stored = await store.get(id);
        expect(stored?.items.length, `items of ${id}`).toBe(stored?.job.counts.pending);
      }
      await store.close();
    }
    const store = openSqliteStore(file);
    await expectConsistent(store);
    await store.close();
    const db = new DatabaseSync(file);
    expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    db.close();
  });

  test('each item is leased by one of them, also when they all open a new file at once', async () => {
    // The first to come makes the schema; none fails.
    const early = ['1', '2', '3'].map((name) => start('lease-all.ts', name));
    expect(await Promise.all(early.map(({ ended }) => ended))).toEqual([0, 0, 0]);

    const store = openSqliteStore(file);
    const { job, items } = sampleJob({ images: 500 });
    await store.insert(job, items);
    await store.close();
    const lessees = ['1', '2', '3'].map((name) => start('lease-all.ts', name));
    expect(await Promise.all(lessees.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const leased = lessees.flatMap(({ lines }) => lines);
    expect(leased.sort()).toEqual(items.map(({ id }) => id).sort());
    // Otherwise they did not meet, and this shows nothing.
    expect(lessees.filter(({ lines }) => lines.length > 0).length).toBeGreaterThan(1);
  });
});
