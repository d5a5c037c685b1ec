import { openPostgresStore, type PostgresStorage } from '../../server/stores/postgres/store.ts';
import type { TestPostgres } from './postgres.ts';

/** One database of a test, opened any number of times. */
export interface PostgresUnderTest {
  readonly url: string;
  readonly open: () => Promise<PostgresStorage>;
  readonly dispose: () => Promise<void>;
}

/** Databases that have the schema already are copied from the first one, which takes a fraction of the time. */
const templates = new WeakMap<TestPostgres, Promise<string>>();

export async function newPostgresStorage(server: TestPostgres): Promise<PostgresUnderTest> {
  const making = templates.get(server) ?? makeTemplate(server);
  templates.set(server, making);
  const url = await server.newDatabase(await making);
  const opened: PostgresStorage[] = [];
  return {
    url,
    async open() {
      const storage = await openPostgresStore(storageSettings(url));
      opened.push(storage);
      return storage;
    },
    async dispose() {
      await Promise.all(opened.map(({ store }) => store.close()));
      await server.dropDatabase(url);
    },
  };
}

export function storageSettings(url: string) {
  const onError = (cause: unknown): void => {
    console.error(cause);
  };
  return { url, connections: 10, tidy: false, onError };
}

async function makeTemplate(server: TestPostgres): Promise<string> {
  const url = await server.newDatabase();
  const { store } = await openPostgresStore(storageSettings(url));
  await store.close();
  return new URL(url).pathname.slice(1);
}
