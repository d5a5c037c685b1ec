import type { QueueStore } from '#queue/store.ts';
import type { ContractClient } from './api.ts';
import { Observable, type Unsubscribe } from './observable.ts';

/** The line in which images wait on this device: whether it moves, and who is next. All tabs see the same. */
export interface Line {
  /** Begins nothing that waits, until somebody resumes it: also after a restart. What is under work is finished. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** These jobs deal out their turns among themselves anew, so that they come in this order. */
  reorder(jobIds: readonly string[]): Promise<void>;
  /** Tells whether it is paused: at once, and whenever that changes, by whichever tab. */
  observe(listener: (paused: boolean) => void): Unsubscribe;
}

export function lineOf(store: QueueStore, client: ContractClient): Line & { close: () => void } {
  const paused = new Observable(false);
  const look = () => {
    store.paused().then(
      (now) => {
        if (now !== paused.value) paused.set(now);
      },
      (cause: unknown) => {
        console.error('Whether the queue is paused could not be read', cause);
      },
    );
  };
  const close = store.watch(look);
  look();
  return {
    pause: () => client.pause(),
    resume: () => client.resume(),
    reorder: (jobIds) => client.order(jobIds),
    observe: (listener) => paused.observe(listener),
    close,
  };
}
