import { expect, test } from 'vitest';
import { torture } from '../torture/torture.ts';

const SECONDS = 60;

test(
  'whatever dies, whenever: nothing that was accepted is lost, nothing is done twice, and all adds up',
  {
    timeout: 400_000,
  },
  async () => {
    const seed = Math.floor(Math.random() * 1e9);
    const { violations, counts, jobs } = await torture({ seconds: SECONDS, seed });
    console.log(`Torture of ${String(SECONDS)} s, seed ${String(seed)}:`, counts);
    expect(violations, `seed ${String(seed)}`).toEqual([]);
    // The run was one: clients got work done between the faults.
    expect(jobs.size).toBeGreaterThan(20);
    expect(counts['images completed']).toBeGreaterThan(20);
    expect(counts['killRunner'] ?? 0).toBeGreaterThan(0);
  },
);
