import type { OffcutDatabase } from '../store/database.ts';
import type { PlaceChoice, ServerModel } from './interface.ts';

/** The server that is connected, as it is kept. The key is read by whoever sends requests, and by nobody else. */
export interface Connection {
  readonly name: 'server';
  /** Empty for the one that the page came from. */
  readonly url: string;
  readonly apiKey: string;
  readonly models: readonly ServerModel[];
  /** It does not let us in: nothing is tried until the user connects again. */
  readonly closed?: { readonly code: string; readonly message: string } | undefined;
}

interface Choice {
  readonly name: 'choice';
  readonly place: PlaceChoice;
}

export async function connectionOf(db: OffcutDatabase): Promise<Connection | undefined> {
  return (await db.sync.get('server')) as Connection | undefined;
}

export async function keepConnection(db: OffcutDatabase, connection: Connection): Promise<void> {
  await db.sync.put(connection);
}

/** Unless it was replaced meanwhile. */
export async function amendConnection(
  db: OffcutDatabase,
  { url, apiKey }: Connection,
  changes: Partial<Connection>,
): Promise<void> {
  await db.transaction('rw', db.sync, async () => {
    const current = await connectionOf(db);
    if (current?.url === url && current.apiKey === apiKey) await db.sync.put({ ...current, ...changes });
  });
}

export async function dropConnection(db: OffcutDatabase): Promise<void> {
  await db.sync.delete('server');
}

export async function choiceOf(db: OffcutDatabase): Promise<PlaceChoice> {
  return ((await db.sync.get('choice')) as Choice | undefined)?.place ?? 'device';
}

export async function keepChoice(db: OffcutDatabase, place: PlaceChoice): Promise<void> {
  const choice: Choice = { name: 'choice', place };
  await db.sync.put(choice);
}
