import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { finished, job, manyPhotos, results, submit } from './client.ts';
import { runCli } from './run-cli.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offcut-backup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const QUIET = { env: { OFFCUT_RUNNERS: '0' } };

/** Ids of the jobs in a data folder that no server uses. */
function jobsIn(data: string): string[] {
  const db = new DatabaseSync(join(data, 'queue.sqlite'), { readOnly: true });
  try {
    return db
      .prepare('SELECT id FROM jobs')
      .all()
      .map(({ id }) => String(id));
  } finally {
    db.close();
  }
}

/** Names the history that a data folder's queue tells of. */
function feedIn(data: string): string {
  const db = new DatabaseSync(join(data, 'queue.sqlite'), { readOnly: true });
  try {
    return String(db.prepare('SELECT id FROM feed').get()?.['id']);
  } finally {
    db.close();
  }
}

test.each(['copy.tar', 'copy'])(
  'a backup (%s) of a server at work holds each of its jobs with its bytes, and unfinished ones finish elsewhere',
  async (name) => {
    const to = join(folder, name);
    const data = join(folder, 'restored');
    await using server = await TestServer.start();
    const done = await submit(server, await manyPhotos(2));
    await finished(server, done.job_id);
    const begun = server.nextLog('image_completed');
    const batch = await submit(server, await manyPhotos(8));
    await begun;

    // Jobs come and go all the while.
    const load = new AbortController();
    const busy = comeAndGo(server, load.signal);
    const made = await runCli(['backup', to, '--data', server.dataDir]);
    load.abort();
    await busy;
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(await runCli(['backup', '--check', to])).toMatchObject({ code: 0 });

    expect(await runCli(['restore', to, '--data', data])).toMatchObject({ code: 0, stderr: '' });
    // What was told after the backup did not happen here: whoever keeps a copy has to read all of it anew.
    expect(feedIn(data)).not.toBe(feedIn(server.dataDir));
    const ids = jobsIn(data);
    expect(ids).toEqual(expect.arrayContaining([done.job_id, batch.job_id]));
    await using elsewhere = await TestServer.start({ dataDir: data });
    for (const id of ids) {
      const restored = await finished(elsewhere, id);
      expect(restored, `job ${id}`).toMatchObject({ status: 'completed', progress: { failed: 0 } });
      const sizes = (await results(elsewhere, restored)).map((bytes) => bytes.length);
      expect(sizes).toEqual(restored.results.map(({ bytes }) => bytes));
    }
    expect((await job(elsewhere, batch.job_id)).progress).toMatchObject({ total: 8, processed: 8 });
  },
);

async function comeAndGo(server: TestServer, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { job_id: id } = await submit(server, await manyPhotos(1));
    await server.fetch(`/queue/job/${id}`, { method: 'DELETE' });
  }
}

describe('a restore', () => {
  let backup: string;
  beforeEach(async () => {
    backup = join(folder, 'copy.tar');
    await using server = await TestServer.start(QUIET);
    await submit(server, await manyPhotos(2));
    expect(await runCli(['backup', backup, '--data', server.dataDir])).toMatchObject({ code: 0 });
  });

  test('touches no folder that a server uses, whatever it is told', async () => {
    await using server = await TestServer.start(QUIET);
    const { job_id: id } = await submit(server, await manyPhotos(1));
    const { code, stderr } = await runCli(['restore', backup, '--replace', '--data', server.dataDir]);
    expect(code).toBe(1);
    expect(stderr).toContain('is in use: a server runs on this data folder');
    expect((await job(server, id)).status).toBe('pending');
  });

  test('goes into an empty folder only, and puts aside what is there when told so', async () => {
    const data = join(folder, 'data');
    expect(await runCli(['restore', backup, '--data', data])).toMatchObject({ code: 0 });
    const [id] = jobsIn(data);
    const again = await runCli(['restore', backup, '--data', data]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('is not empty');
    expect(await runCli(['restore', backup, '--replace', '--data', data])).toMatchObject({ code: 0 });
    expect(jobsIn(data)).toEqual([id]);
  });

  test.each([
    ['cut off', async (file: string) => truncate(file, 4096)],
    [
      'changed in one byte',
      async (file: string) => {
        const bytes = await readFile(file);
        const at = 2048;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        await writeFile(file, bytes);
      },
    ],
  ])('leaves nothing behind of a backup that is %s', async (_how, damage) => {
    await damage(backup);
    const data = join(folder, 'data');
    const { code, stderr } = await runCli(['restore', backup, '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is damaged|is no archive that can be read/);
    expect(() => jobsIn(data)).toThrow();
    await rm(data, { recursive: true });
  });
});

test('a queue in PostgreSQL is not backed up by half: the message says what to do', async () => {
  const env = { DATABASE_URL: 'postgres://offcut:a-password@127.0.0.1/offcut' };
  const { code, stderr } = await runCli(['backup', join(folder, 'copy.tar')], env);
  expect(code).toBe(1);
  expect(stderr).toContain('pg_dump');
  expect(stderr).not.toContain('a-password');
});
