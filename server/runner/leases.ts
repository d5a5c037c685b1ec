import type { ProcessingItem } from '#queue/job.ts';
import type { Queue } from '#queue/queue.ts';

/**
 * Returns the leases of owners that are gone. When an owner had one image in hand, that image is taken for the cause
 * and its attempt counts. When it had several, nobody knows which one it was: all go back untried, and the caller
 * must have that many images worked on one at a time, so that the next crash names its cause.
 *
 * @returns how many images came back: the suspects
 */
export async function returnLeases(queue: Queue, isGone: (owner: string) => boolean): Promise<number> {
  const held = await queue.store.processing({ limit: Number.MAX_SAFE_INTEGER });
  const inHand = countByOwner(held.filter(({ lease }) => isGone(lease.owner)));
  if (inHand.size === 0) return 0;
  return queue.recover((owner) => {
    const count = inHand.get(owner);
    if (count === undefined) return 'alive';
    return count === 1 ? 'crashed' : 'left';
  });
}

function countByOwner(items: readonly ProcessingItem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { lease } of items) counts.set(lease.owner, (counts.get(lease.owner) ?? 0) + 1);
  return counts;
}
