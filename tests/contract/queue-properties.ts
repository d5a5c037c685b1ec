import type { BlobStore } from '#queue/blobs.ts';
import { Queue } from '#queue/queue.ts';
import type { QueueStore } from '#queue/store.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countsOf, MAX_ATTEMPTS, QueueModel } from './queue-model.ts';
import { clientOf, operation, Play, type Operation } from './queue-operations.ts';
import { expectConsistent } from './consistency.ts';
import { idsFrom } from './sample-job.ts';

export interface QueueStorage {
  /** Opens the same storage once more. */
  open(): Promise<{ store: QueueStore; blobs: BlobStore }>;
  dispose(): Promise<void>;
}

/**
 * Whatever is done to the queue, by two processes with two runners, in any order: it does what the model does. When it
 * does not, fast-check prints the seed and the shortest sequence that it found.
 */
export function describeQueueProperties(
  name: string,
  newStorage: () => Promise<QueueStorage>,
  { runs, operations }: { runs: number; operations: number },
): void {
  describe(name, () => {
    test('an outcome that is written twice keeps its result', async () => {
      await playOn(newStorage, [
        { do: 'submit', side: 0, images: 1, priority: 5, key: null },
        { do: 'lease', side: 0, owner: 'runner A' },
        { do: 'complete', side: 0, which: 0 },
        { do: 'complete', side: 1, which: 0 },
      ]);
    });

    test('any sequence of operations leaves what the model says', { timeout: 60_000 }, async () => {
      const sequence = fc.array(operation, { minLength: 1, maxLength: operations, size: 'max' });
      await fc.assert(
        fc.asyncProperty(sequence, (operations) => playOn(newStorage, operations)),
        // Within the test's own time, so that a failure is printed with its seed however long it takes to shorten.
        { numRuns: runs, interruptAfterTimeLimit: 30_000 },
      );
    });
  });
}

async function playOn(
  newStorage: () => Promise<QueueStorage>,
  operations: readonly Operation[],
): Promise<void> {
  const storage = await newStorage();
  try {
    await play(operations, storage);
  } finally {
    await storage.dispose();
  }
}

async function play(operations: readonly Operation[], storage: QueueStorage): Promise<void> {
  const clock = { now: 1_000_000 };
  const newId = idsFrom('id');
  const open = async () =>
    new Queue({
      ...(await storage.open()),
      now: () => clock.now,
      newId,
      random: () => 0,
      policy: { maxAttempts: MAX_ATTEMPTS },
    });
  const queues: [Queue, Queue] = [await open(), await open()];
  const play = new Play(new QueueModel(), queues, clock);
  for (const operation of operations) {
    const before = play.model.visible();
    const { paused } = play.model;
    const head = await queues[0].store.head();
    await play.run(operation);
    if (play.model.paused !== paused) {
      expect(await queues[1].store.head(), 'a number that no job gets').toBe(head + 1);
      continue;
    }
    await expectAgreement(queues[1], play.model);
    await expectFeed(queues[1], head, before, play.model.visible());
  }
  await play.expectResults();
  await expectConsistent(queues[0].store);
}

/** No item is lost, made up, or in another state than it should be. */
async function expectAgreement(queue: Queue, model: QueueModel): Promise<void> {
  const { jobs, total } = await clientOf(queue).list({ limit: 100 });
  const expected = model.newestFirst();
  expect(total).toBe(expected.length);
  const seen = jobs.map(({ job, items }) => ({
    id: job.id,
    counts: job.counts,
    completedAt: job.completedAt,
    items: items.map((item) => ({
      state: item.state,
      attempt: item.attempt,
      attemptsLeft: item.attemptsLeft,
      ...(item.state === 'pending' && { availableAt: item.availableAt }),
      ...(item.state === 'processing' && { owner: item.lease.owner, until: item.lease.until }),
    })),
  }));
  expect(seen).toEqual(
    expected.map((job) => ({
      id: job.id,
      counts: countsOf(job),
      completedAt: job.completedAt,
      items: job.items.map(({ state, attempt, attemptsLeft, availableAt, owner, until }) => ({
        state,
        attempt,
        attemptsLeft,
        ...(state === 'pending' && { availableAt }),
        ...(state === 'processing' && { owner, until }),
      })),
    })),
  );
}

/** The feed has exactly the jobs that look different now, each with a sequence number past the head before. */
async function expectFeed(
  queue: Queue,
  head: number,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Promise<void> {
  const changed = [...after].filter(([id, look]) => before.get(id) !== look).map(([id]) => `changed ${id}`);
  const removed = [...before.keys()].filter((id) => !after.has(id)).map((id) => `removed ${id}`);
  const feed = await clientOf(queue).changes(head, 1_000);
  const seen = feed.map((change) =>
    change.kind === 'changed' ? `changed ${change.job.job.id}` : `removed ${change.jobId}`,
  );
  expect(seen.sort()).toEqual([...changed, ...removed].sort());
  const sequences = feed.map(({ sequence }) => sequence);
  expect(sequences).toEqual(
    [...new Set(sequences)].filter((sequence) => sequence > head).sort((a, b) => a - b),
  );
  expect(await queue.store.head()).toBe(sequences.at(-1) ?? head);
}
