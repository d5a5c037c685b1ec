/** Two devices and a server through partitions, crashes and reorderings: docs/sync.md, held against the real parts. */
import fc from 'fast-check';
import { beforeEach, describe, test } from 'vitest';
import { keepInMemory } from '../../../src/lib/browser/store/in-memory.ts';
import { Play, step, type Step } from './play.ts';
import type { ServerStorage } from './server.ts';

/** More at will: `SYNC_SECONDS=600 SYNC_SEED=… SYNC_PATH=… npx vitest run tests/contract/sync`. */
const seconds = Number(process.env['SYNC_SECONDS'] ?? 0);
const path = process.env['SYNC_PATH'] ?? '';
/** In CI the same plays each time, so that a change is judged by what it changed; elsewhere new ones. */
const usualSeed = process.env['CI'] ? 20_261_129 : Date.now() % 1_000_000_000;
const seed = Number(process.env['SYNC_SEED'] ?? usualSeed);

export function describeSync(
  name: string,
  newStorage: () => Promise<ServerStorage>,
  usual: { readonly seconds: number },
): void {
  const limit = (seconds || usual.seconds) * 1000;
  describe(name, () => {
    beforeEach(keepInMemory);

    test(
      `whatever happens, all sides come to the same in the end (seed ${String(seed)})`,
      {
        timeout: 3 * limit + 60_000,
        retry: 0,
      },
      async () => {
        const steps = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' });
        await fc.assert(
          fc.asyncProperty(steps, (steps) => play(steps, newStorage)),
          {
            seed,
            path,
            endOnFailure: path !== '',
            numRuns: 1_000_000,
            interruptAfterTimeLimit: limit,
            markInterruptAsFailure: false,
          },
        );
      },
    );
  });
}

let plays = 0;

export async function play(steps: readonly Step[], newStorage: () => Promise<ServerStorage>): Promise<void> {
  plays += 1;
  const storage = await newStorage();
  const scene = new Play(storage, plays);
  try {
    await scene.server.start();
    for (const step of steps) await scene.perform(step);
    await scene.heal();
    await scene.check();
  } finally {
    await scene.close();
    await storage.dispose();
  }
}
