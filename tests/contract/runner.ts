import type { BlobStore } from '#queue/blobs.ts';
import { stateOf, type Failure, type StoredJob } from '#queue/job.ts';
import { jobOptions } from '#queue/options.ts';
import { Queue } from '#queue/queue.ts';
import { Runner, type Processor, type RunnerSettings } from '#queue/runner.ts';
import { isOver } from '#queue/states.ts';
import type { QueueStore } from '#queue/store.ts';
import { watchSteps } from '#queue/watching.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientOf } from './queue-operations.ts';
import { ALPHA_SHA256, refinedAlpha } from './refined-alpha.ts';

export interface Storage {
  store: QueueStore;
  blobs: BlobStore;
}

const POLICY = { leaseSeconds: 0.3, backoffBaseSeconds: 0.01, maxAttempts: 3 };
const CUTOUT = { width: 4, height: 3, warnings: [] };

const upperCase: Processor = async (input) => ({
  ...CUTOUT,
  blob: new Blob([(await input.text()).toUpperCase()], { type: 'image/png' }),
});

async function sha256(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What the runner promises, whatever the storage: run against every store. */
export function describeRunner(name: string, open: () => Promise<Storage>): void {
  async function setUp(storage?: Storage) {
    const { store, blobs } = storage ?? (await open());
    const newId = () => crypto.randomUUID();
    const queue = new Queue({ store, blobs, now: Date.now, newId, random: Math.random, policy: POLICY });
    return { queue, storage: { store, blobs } };
  }

  async function submit(queue: Queue, ...texts: string[]): Promise<string> {
    const jobId = queue.newId();
    const files = [];
    for (const [index, text] of texts.entries()) {
      const { bytes } = await queue.blobs.put({ jobId, index, kind: 'input' }, new Blob([text]), {
        mediaType: 'text/plain',
      });
      files.push({ filename: `${text}.txt`, mediaType: 'text/plain', bytes });
    }
    await clientOf(queue).submit({
      jobId,
      files,
      model: 'any',
      options: jobOptions.parse({}),
      priority: 5,
      idempotencyKey: null,
    });
    return jobId;
  }

  function run(queue: Queue, settings: Partial<RunnerSettings> & { process: Processor }): Runner {
    const runner = new Runner({ queue, owner: 'one', concurrency: 1, ...settings });
    runner.start();
    onTestFinished(() => runner.stop('return'));
    return runner;
  }

  async function over(queue: Queue, jobId: string): Promise<StoredJob> {
    const signal = AbortSignal.timeout(10_000);
    for await (const step of watchSteps(queue.store, { signal, idleSeconds: 5 })) {
      void step;
      const stored = await clientOf(queue).get(jobId);
      if (isOver(stored.job.counts)) return stored;
    }
    throw signal.reason;
  }

  async function textOf(queue: Queue, jobId: string, index = 0): Promise<string> {
    return (await clientOf(queue).result(jobId, index)).blob.text();
  }

  /** A processor that holds every image until it is let go, and says when it has begun and when it was told to stop. */
  function gate() {
    const begun = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    const process: Processor = async (input, job, context) => {
      context.signal.addEventListener('abort', () => told.resolve());
      begun.resolve();
      await Promise.race([letGo.promise, told.promise]);
      return upperCase(input, job, context);
    };
    return { process, begun: begun.promise, letGo: letGo.resolve, told: told.promise };
  }

  describe(`the runner over ${name}`, () => {
    test('processes what was queued before it started and what comes after', async () => {
      const { queue } = await setUp();
      const before = await submit(queue, 'a', 'b');
      run(queue, { process: upperCase });
      const after = await submit(queue, 'c');

      expect(stateOf((await over(queue, before)).job)).toBe('completed');
      expect(stateOf((await over(queue, after)).job)).toBe('completed');
      expect(await textOf(queue, before, 1)).toBe('B');
      expect(await textOf(queue, after)).toBe('C');
    });

    test('keeps every byte of a refined alpha, which is the same over every store and on every host', async () => {
      const { queue } = await setUp();
      const jobId = await submit(queue, 'a', 'b');
      const process: Processor = () => {
        const alpha = new Uint8Array(refinedAlpha(3).data);
        return Promise.resolve({ ...CUTOUT, blob: new Blob([alpha], { type: 'image/png' }) });
      };
      run(queue, { process });
      await over(queue, jobId);
      for (const index of [0, 1]) {
        const { blob } = await clientOf(queue).result(jobId, index);
        expect(await sha256(blob)).toBe(ALPHA_SHA256);
      }
    });

    test('works on as many images at a time as it was told, and no more', async () => {
      const { queue } = await setUp();
      const atOnce: number[] = [];
      let active = 0;
      const three = Promise.withResolvers<void>();
      const process: Processor = async (...args) => {
        atOnce.push((active += 1));
        if (active === 3) three.resolve();
        await three.promise;
        const cutout = await upperCase(...args);
        active -= 1;
        return cutout;
      };
      const jobId = await submit(queue, 'a', 'b', 'c', 'd', 'e', 'f');
      run(queue, { process, concurrency: 3 });
      await over(queue, jobId);
      expect(Math.max(...atOnce)).toBe(3);
    });

    test('tries again after a failure that may pass, and keeps the cause after the last attempt', async () => {
      const { queue } = await setUp();
      let calls = 0;
      const failures: [Failure, boolean][] = [];
      const process: Processor = async () => {
        calls += 1;
        throw Object.assign(new Error('The moon is in the way.'), { code: 'moon' });
      };
      const jobId = await submit(queue, 'a');
      run(queue, {
        process,
        events: { failed: (_, failure, retryable) => failures.push([failure, retryable]) },
      });

      const { items } = await over(queue, jobId);
      expect(calls).toBe(3);
      expect(items[0]).toMatchObject({
        state: 'failed',
        failure: { code: 'moon', message: 'The moon is in the way.' },
      });
      expect(failures.every(([, retryable]) => retryable)).toBe(true);
    });

    test('does not try again what cannot succeed, and goes on with the rest of the job', async () => {
      const { queue } = await setUp();
      let calls = 0;
      const process: Processor = async (input, ...rest) => {
        calls += 1;
        if ((await input.text()) === 'bad') throw Object.assign(new Error('No image.'), { retryable: false });
        return upperCase(input, ...rest);
      };
      const jobId = await submit(queue, 'bad', 'good');
      run(queue, { process });

      const { job, items } = await over(queue, jobId);
      expect(calls).toBe(2);
      expect(items.map((item) => item.state)).toEqual(['failed', 'completed']);
      expect(stateOf(job)).toBe('completed');
    });

    test('a slow image keeps its lease by heartbeats', async () => {
      const { queue } = await setUp();
      const { process, begun, letGo } = gate();
      const jobId = await submit(queue, 'slow');
      run(queue, { process });
      await begun;
      const other = await setUp({ store: queue.store, blobs: queue.blobs });
      const until = Date.now() + POLICY.leaseSeconds * 3000;
      while (Date.now() < until) {
        expect(await other.queue.lease('two')).toBeUndefined();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      letGo();
      expect((await over(queue, jobId)).items[0]).toMatchObject({ state: 'completed', attempt: 1 });
    });

    test('is told at once to stop work on a job that was cancelled, and writes nothing for it', async () => {
      const { queue } = await setUp();
      const { process, begun, told } = gate();
      const lost: number[] = [];
      const done = Promise.withResolvers<void>();
      const jobId = await submit(queue, 'a');
      const events = {
        lost: () => {
          lost.push(1);
          done.resolve();
        },
      };
      run(queue, { process, events });
      await begun;
      await clientOf(queue).cancel(jobId);
      await told;
      await done.promise;

      expect(lost).toHaveLength(1);
      expect(stateOf((await clientOf(queue).get(jobId)).job)).toBe('cancelled');
      expect(await queue.blobs.get({ jobId, index: 0, kind: 'result', attempt: 1 })).toBeUndefined();
    });

    test('a job that is cancelled, retried and leased again does not take the result of its first attempt', async () => {
      const { queue } = await setUp();
      const { process, begun, letGo } = gate();
      let first = true;
      const deaf: Processor = (input, job, context) => {
        if (!first) return upperCase(input, job, context);
        first = false;
        // Goes on after it was told to stop, as a run of a network does.
        return process(input, job, { ...context, signal: new AbortController().signal });
      };
      const settled = Promise.withResolvers<void>();
      const jobId = await submit(queue, 'a');
      run(queue, { process: deaf, concurrency: 2, events: { lost: () => settled.resolve() } });
      await begun;
      await clientOf(queue).cancel(jobId);
      await clientOf(queue).retry(jobId);
      const second = await over(queue, jobId);
      letGo();
      await settled.promise;

      expect(second.items[0]).toMatchObject({ state: 'completed', attempt: 2 });
      expect((await clientOf(queue).get(jobId)).items[0]).toEqual(second.items[0]);
      expect(await textOf(queue, jobId)).toBe('A');
    });

    test('another runner takes over what a dead one held, once its lease is over', async () => {
      const { queue } = await setUp();
      const jobId = await submit(queue, 'a');
      await queue.lease('dead');
      run(queue, { process: upperCase });
      expect((await over(queue, jobId)).items[0]).toMatchObject({ state: 'completed', attempt: 2 });
    });

    test('stop("return") gives leases back untried, for another to take at once', async () => {
      const { queue } = await setUp();
      const { process, begun } = gate();
      const jobId = await submit(queue, 'a');
      const runner = run(queue, { process });
      await begun;
      await runner.stop('return');

      expect((await clientOf(queue).get(jobId)).items[0]).toMatchObject({
        state: 'pending',
        attemptsLeft: 3,
      });
      run(queue, { process: upperCase, owner: 'two' });
      expect(stateOf((await over(queue, jobId)).job)).toBe('completed');
    });

    test('stop("finish") ends what it works on and takes nothing more', async () => {
      const { queue } = await setUp();
      const { process, begun, letGo } = gate();
      const jobId = await submit(queue, 'a', 'b');
      const runner = run(queue, { process });
      await begun;
      const stopped = runner.stop('finish');
      letGo();
      await stopped;
      expect((await clientOf(queue).get(jobId)).items.map((item) => item.state)).toEqual([
        'completed',
        'pending',
      ]);
    });

    test('outlives a store that fails for a while', async () => {
      const { queue, storage } = await setUp();
      const jobId = await submit(queue, 'a');
      let faults = 3;
      const broken: unknown[] = [];
      const flaky = new Proxy(storage.store, {
        get(target, property: keyof QueueStore) {
          const method = target[property].bind(target) as (...args: unknown[]) => unknown;
          if (property !== 'lease' && property !== 'nextDueAt') return method;
          return (...args: unknown[]) => {
            if (faults === 0) return method(...args);
            faults -= 1;
            return Promise.reject(new Error('disk I/O error'));
          };
        },
      });
      const { queue: shaky } = await setUp({ store: flaky, blobs: storage.blobs });
      run(shaky, {
        process: upperCase,
        retryStoreSeconds: 0.01,
        events: { broken: (cause) => broken.push(cause) },
      });

      expect(stateOf((await over(queue, jobId)).job)).toBe('completed');
      expect(broken).toHaveLength(3);
    });
  });
}
