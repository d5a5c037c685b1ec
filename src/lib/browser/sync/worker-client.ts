import { runWorker, type RunningWorker } from '../worker-lifecycle.ts';
import { OffcutError } from '#client/errors.ts';
import type { SyncWorker } from './worker-interface.ts';

export function startSyncWorker(): RunningWorker<SyncWorker> {
  const worker = new Worker(new URL('./sync.worker.ts', import.meta.url), {
    type: 'module',
    name: 'offcut-sync',
  });
  return runWorker<SyncWorker>(
    worker,
    (why, cause) =>
      new OffcutError('unreachable', 0, `The part of the app that syncs stopped: ${why}.`, { cause }),
  );
}
