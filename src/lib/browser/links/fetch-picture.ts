import { wrap } from 'comlink';
import type { FetchOutcome, LinkWorker } from './interface.ts';

/** Asks the site of `url` for a picture, directly: nobody else hears of it. Call it only when the user says so. */
export async function fetchPicture(url: string): Promise<FetchOutcome> {
  const worker = new Worker(new URL('./fetch-picture.worker.ts', import.meta.url), {
    type: 'module',
    name: 'offcut-links',
  });
  const { promise: lost, resolve } = Promise.withResolvers<FetchOutcome>();
  worker.onerror = () => {
    resolve({ kind: 'closed' });
  };
  try {
    return await Promise.race([wrap<LinkWorker>(worker).fetchPicture(url), lost]);
  } finally {
    worker.terminate();
  }
}
