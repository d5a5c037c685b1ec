import type { QueueStore } from './store.ts';

/**
 * Steps through the changes of a store: yields `changed` at once and after every change, `idle` when there was none
 * for `idleSeconds`. A change that comes while the consumer is busy is not missed. Ends when `signal` aborts.
 */
export async function* watchSteps(
  store: QueueStore,
  { signal, idleSeconds }: { signal: AbortSignal; idleSeconds: number },
): AsyncGenerator<'changed' | 'idle'> {
  let changed = true;
  let wake = (): void => undefined;
  const unwatch = store.watch(() => {
    changed = true;
    wake();
  });
  const onAbort = (): void => {
    wake();
  };
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (!changed) await sleepUntilWoken((wakeUp) => (wake = wakeUp), idleSeconds * 1000);
      if (signal.aborted) return;
      const step = changed ? 'changed' : 'idle';
      changed = false;
      yield step;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    unwatch();
  }
}

async function sleepUntilWoken(arm: (wake: () => void) => void, milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  arm(resolve);
  const timer = setTimeout(resolve, milliseconds);
  await promise;
  clearTimeout(timer);
}
