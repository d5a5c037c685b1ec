import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DatabaseOpenError } from '../../server/stores/postgres/errors.ts';
import { MIGRATIONS, migrate } from '../../server/stores/postgres/migrations.ts';
import { openPostgresStore } from '../../server/stores/postgres/store.ts';
import { storageSettings } from '../support/postgres-storage.ts';
import { POSTGRES_PASSWORD, TestPostgres } from '../support/postgres.ts';
import { expectConsistent } from './consistency.ts';
import { sampleJob } from './sample-job.ts';

let server: TestPostgres;
let url: string;

beforeAll(async () => {
  server = await TestPostgres.start({ durable: false });
});
beforeEach(async () => {
  url = await server.newDatabase();
});
afterAll(() => server[Symbol.asyncDispose]());

async function migrateTo(version: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await migrate(pool, url, MIGRATIONS.slice(0, version));
  await pool.end();
}

const versions = MIGRATIONS.map((_, index) => index + 1);

test.each(versions)(
  'a database of version %i is brought to the newest with all that is in it',
  async (version) => {
    await migrateTo(version);
    const { job } = sampleJob();
    const body = { ...job, fingerprint: null, id: undefined, tenant: undefined, bytes: undefined };
    await server.query(
      `INSERT INTO offcut.jobs VALUES ($1, 'local', 'completed', 1000, 2000, 1, NULL, 0, 0, NULL, $2)`,
      [job.id, JSON.stringify({ ...body, counts: { ...job.counts, pending: 0 } })],
      url,
    );
    const { store } = await openPostgresStore(storageSettings(url));
    expect(await store.get(job.id)).toMatchObject({ job: { id: job.id, model: job.model }, sequence: 1 });
    expect(await server.query('SELECT version FROM offcut.schema_version', [], url)).toEqual([
      { version: MIGRATIONS.length },
    ]);
    await store.close();
  },
);

test('several processes that start at once on an empty database all find it ready', async () => {
  const opened = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore(storageSettings(url))));
  const [first, ...others] = opened.map(({ store }) => store);
  const { job, items } = sampleJob({ images: 2 });
  await first?.insert(job, items);
  for (const store of others) expect(await store.get(job.id)).toMatchObject({ sequence: 1 });
  if (first !== undefined) await expectConsistent(first);
  await Promise.all(opened.map(({ store }) => store.close()));
});

test('a migration that fails leaves the version before it', async () => {
  await migrateTo(1);
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const broken = ['', 'CREATE TABLE offcut.half (id INTEGER); SELECT 1 / 0'];
  await expect(migrate(pool, url, broken)).rejects.toThrow('division by zero');
  await pool.end();
  expect(await server.query('SELECT version FROM offcut.schema_version', [], url)).toEqual([{ version: 1 }]);
  expect(await server.query(`SELECT to_regclass('offcut.half') AS half`, [], url)).toEqual([{ half: null }]);
});

test('a database of a newer version is refused, and named without its password', async () => {
  await migrateTo(MIGRATIONS.length);
  await server.query('UPDATE offcut.schema_version SET version = 99', [], url);
  const error = await refusal();
  expect(error).toMatchObject({ code: 'database_too_new' });
  expect(error.message).toMatch(/test_\d+ has schema version 99/);
  expect(error.message).not.toContain(POSTGRES_PASSWORD);
});

test('a server that is not there, and one that refuses, are named with the remedy and without the password', async () => {
  url = url.replace(/:\d+\//, ':1/');
  const unreachable = await refusal();
  expect(unreachable).toMatchObject({ code: 'database_unreachable' });
  expect(unreachable.message).toContain('PostgreSQL at 127.0.0.1:1/');

  url = server.url('nowhere');
  const refused = await refusal();
  expect(refused).toMatchObject({ code: 'database_refused' });
  expect(refused.message).toContain('database "nowhere" does not exist');
  for (const { message } of [unreachable, refused]) {
    expect(message).not.toContain(encodeURIComponent(POSTGRES_PASSWORD));
    expect(message).not.toContain(POSTGRES_PASSWORD);
  }
});

async function refusal(): Promise<DatabaseOpenError> {
  const error: unknown = await openPostgresStore(storageSettings(url)).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof DatabaseOpenError) return error;
  throw new Error('The database was not refused.', { cause: error });
}
