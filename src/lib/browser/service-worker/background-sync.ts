import { v7 as newId } from 'uuid';
import { openDexieStores } from '../store/open.ts';
import { connectionOf } from '../sync/connection.ts';
import { Exchange } from '../sync/exchange.ts';
import { linkTo } from '../sync/link.ts';
import { SYNC_LOCK } from '../sync/outbox-tag.ts';
import { sendJob } from '../sync/send-job.ts';
import { SyncStore } from '../sync/sync-store.ts';

/** Browsers end an event that takes longer. What is left then is done at the next one, or by the next page. */
const MOST_MILLIS = 4 * 60_000;

/**
 * Sends what waits, with no page open. With one open its own worker does so, and holds the lock. Only to the server that
 * the app came from: the policy of the service worker lets it talk to no other.
 * @throws what the client throws; then the browser tries again later
 */
export async function syncInBackground(): Promise<void> {
  await navigator.locks.request(SYNC_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await passOnce();
  });
}

async function passOnce(): Promise<void> {
  const { db, blobs, store } = openDexieStores();
  try {
    const connection = await connectionOf(db);
    if (connection === undefined || connection.closed !== undefined || connection.url !== '') return;
    const exchange = new Exchange({
      store: new SyncStore({ db, now: Date.now, newId }),
      blobs,
      link: linkTo(connection),
      send: sendJob,
      // Nobody looks at them now.
      spareBytes: async () => 0,
    });
    await exchange.pass(AbortSignal.timeout(MOST_MILLIS));
  } finally {
    await store.close();
  }
}
