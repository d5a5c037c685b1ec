import type { TabChannel } from '../channel.ts';
import type { OffcutDatabase } from '../store/database.ts';
import { connectionOf } from './connection.ts';
import type { SyncStatus } from './interface.ts';
import { startSyncWorker } from './worker-client.ts';

/** A worker that died is started again after so long. */
const AGAIN_MILLIS = 10_000;

/** Has the worker for sync run while a server is connected, until `signal` aborts. For the leader alone. */
export async function leadSync(db: OffcutDatabase, channel: TabChannel, signal: AbortSignal): Promise<void> {
  let end: (() => void) | undefined;
  const restart = async () => {
    end?.();
    end = undefined;
    const connection = await connectionOf(db);
    if (signal.aborted) return;
    if (connection === undefined) {
      channel.post({ kind: 'sync', status: { state: 'off' } });
    } else if (connection.closed === undefined) {
      end = run();
    } else {
      channel.post({ kind: 'sync', status: closedStatus(connection) });
    }
  };
  const silence = channel.listen(({ kind }) => {
    // Whoever asks is told by the worker, while there is one.
    if (kind === 'sync-settings' || (kind === 'ask' && end === undefined)) void restart();
  });
  signal.addEventListener('abort', () => {
    silence();
    end?.();
  });
  await restart();
}

/** @returns ends it; whatever it was at, the next one goes on from what is kept */
function run(): () => void {
  const ended = new AbortController();
  const start = () => {
    if (ended.signal.aborted) return;
    const { worker, remote, lost } = startSyncWorker();
    ended.signal.addEventListener('abort', () => {
      worker.terminate();
    });
    Promise.race([remote.run(), lost]).catch((cause: unknown) => {
      console.error('Sync stopped; it is started again', cause);
      setTimeout(start, AGAIN_MILLIS);
    });
  };
  start();
  return () => {
    ended.abort();
  };
}

export function closedStatus({
  url,
  apiKey,
  closed = { code: 'key_invalid', message: 'The server does not let this device in.' },
}: {
  readonly url: string;
  readonly apiKey: string;
  readonly closed?: { readonly code: string; readonly message: string } | undefined;
}): SyncStatus {
  return {
    state: 'refused',
    ...closed,
    url,
    hasKey: apiKey !== '',
    outbox: 0,
    incoming: 0,
    syncedAt: null,
  };
}
