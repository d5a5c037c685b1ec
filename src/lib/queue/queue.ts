import { resultKey } from './blob-keys.ts';
import type { BlobStore } from './blobs.ts';
import type { Failure, Item, ItemResult, ProcessingItem } from './job.ts';
import { DEFAULT_POLICY, type QueuePolicy } from './policy.ts';
import type { ItemOfJob, QueueStore } from './store.ts';
import * as transitions from './transitions.ts';

/** What the queue takes from its host, so that time and chance can be tested. */
export interface QueueHost {
  readonly store: QueueStore;
  readonly blobs: BlobStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Unique and, in time, ascending. */
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly policy?: Partial<QueuePolicy>;
  /** Told of every lease that this queue found ended, its runner silent. */
  readonly onLeaseExpired?: ((item: ProcessingItem) => void) | undefined;
}

/**
 * The queue's promises, over any store: what a submission was answered for is durable, an item is worked on by one
 * runner at a time, an outcome counts only while its lease holds, and nothing accepted is lost. Delivery is at least
 * once; outcomes are written once. Here is what runners and time do; what clients do is in ClientQueue.
 */
export class Queue {
  readonly policy: QueuePolicy;
  readonly store: QueueStore;
  readonly blobs: BlobStore;
  readonly newId: () => string;
  readonly now: () => number;
  readonly #random: () => number;
  readonly #onLeaseExpired: QueueHost['onLeaseExpired'];

  constructor(host: QueueHost) {
    this.store = host.store;
    this.blobs = host.blobs;
    this.now = host.now;
    this.newId = host.newId;
    this.#random = host.random;
    this.#onLeaseExpired = host.onLeaseExpired;
    this.policy = { ...DEFAULT_POLICY, ...host.policy };
  }

  // What runners do

  /** Takes the next item, after returning those whose runner is lost. `undefined` when there is nothing to do now. */
  async lease(owner: string): Promise<ItemOfJob<ProcessingItem> | undefined> {
    await this.expireLeases();
    const now = this.now();
    return this.store.lease(now, (item) => transitions.leased(item, { owner, until: this.#leaseEnd(now) }));
  }

  #leaseEnd(now: number): number {
    return now + this.policy.leaseSeconds * 1000;
  }

  /** False when the lease is lost: the work must stop, its outcome would be refused. */
  async heartbeat(item: ProcessingItem): Promise<boolean> {
    const now = this.now();
    const until = this.#leaseEnd(now);
    return this.#write(item.id, (current) => transitions.prolonged(current, heldBy(item), until), now);
  }

  /** Ids of those of `items` whose lease still stands. */
  async stillHeld(items: readonly ProcessingItem[]): Promise<Set<string>> {
    const newest = new Map(
      (await this.store.processing({ limit: Number.MAX_SAFE_INTEGER })).map((item) => [item.id, item]),
    );
    const held = items.filter((item) => {
      const current = newest.get(item.id);
      return current?.attempt === item.attempt && current.lease.owner === item.lease.owner;
    });
    return new Set(held.map((item) => item.id));
  }

  /**
   * Stores a result's bytes, then the outcome. False when the lease was lost meanwhile; the bytes are dropped then.
   */
  async complete(item: ProcessingItem, blob: Blob, result: Omit<ItemResult, 'bytes'>): Promise<boolean> {
    const key = resultKey(item);
    const { bytes } = await this.blobs.put(key, blob, { mediaType: result.mediaType });
    const written = await this.#write(item.id, (current) =>
      transitions.completed(current, heldBy(item), { ...result, bytes }),
    );
    if (!written && !(await this.#isResult(item))) await this.blobs.remove(key);
    return written;
  }

  /** True when this very attempt completed the item before: its bytes are the result, and stay. */
  async #isResult({ jobId, index, attempt }: ProcessingItem): Promise<boolean> {
    const current = (await this.store.get(jobId))?.items[index];
    return current?.state === 'completed' && current.attempt === attempt;
  }

  /** The attempt failed; the item waits for its next one or, after the last or when not `retryable`, has failed. */
  async fail(item: ProcessingItem, failure: Failure, retryable: boolean): Promise<boolean> {
    const how = { retryable, ...this.#chance() };
    return this.#write(
      item.id,
      (current) => transitions.failed(current, heldBy(item), failure, how),
      how.now,
    );
  }

  /** Gives an item back untried, as on shutdown. */
  async release(item: ProcessingItem): Promise<boolean> {
    const now = this.now();
    return this.#write(item.id, (current) => transitions.released(current, heldBy(item), now), now);
  }

  /**
   * Returns at once what is leased by owners that are known to be gone, instead of waiting for their leases to end.
   * @param gone tells what became of an owner: `alive` keeps its lease, `left` (it said good-bye) gives the item back
   *   untried, `crashed` counts the attempt.
   */
  async recover(gone: (owner: string) => 'alive' | 'left' | 'crashed'): Promise<number> {
    const held = await this.store.processing({ limit: Number.MAX_SAFE_INTEGER });
    let recovered = 0;
    for (const item of held) {
      const fate = gone(item.lease.owner);
      if (fate === 'alive') continue;
      const how = this.#chance();
      const changed = await this.#write(
        item.id,
        (current) =>
          fate === 'left'
            ? transitions.released(current, heldBy(item), how.now)
            : transitions.abandoned(current, item.lease.owner, how),
        how.now,
      );
      if (changed) recovered += 1;
    }
    return recovered;
  }

  async expireLeases(): Promise<void> {
    const how = this.#chance();
    for (const item of await this.store.processing({ leaseEndedBefore: how.now, limit: 100 })) {
      const expired = await this.#write(item.id, (current) => transitions.expired(current, how), how.now);
      if (expired) this.#onLeaseExpired?.(item);
    }
  }

  // What time does

  /** Removes jobs past their retention, and bytes that belong to no job. Answers how many jobs it removed. */
  async sweep(): Promise<number> {
    const now = this.now();
    const completedBefore = now - this.policy.retentionSeconds * 1000;
    let removed = 0;
    for (;;) {
      const ids = await this.store.finished({ completedBefore, limit: 100 });
      if (ids.length === 0) break;
      for (const id of ids) {
        if (await this.store.remove(id, now, 'expired')) removed += 1;
        await this.blobs.removeJob(id);
      }
    }
    await this.store.forgetRemoved(completedBefore);
    await this.#removeOrphans(now);
    return removed;
  }

  /** An upload cut short by a crash leaves bytes that no job names. */
  async #removeOrphans(now: number): Promise<void> {
    for await (const jobId of this.blobs.jobsWrittenBefore(now - this.policy.orphanSeconds * 1000)) {
      if ((await this.store.get(jobId)) === undefined) await this.blobs.removeJob(jobId);
    }
  }

  #chance(): { policy: QueuePolicy; now: number; random: number } {
    return { policy: this.policy, now: this.now(), random: this.#random() };
  }

  async #write(
    itemId: string,
    decide: (item: Item) => Item | undefined,
    now: number = this.now(),
  ): Promise<boolean> {
    return (await this.store.change(itemId, decide, now)) !== undefined;
  }
}

function heldBy(item: ProcessingItem): transitions.HeldLease {
  return { owner: item.lease.owner, attempt: item.attempt };
}
