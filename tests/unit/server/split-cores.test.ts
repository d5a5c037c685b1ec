import { describe, expect, it } from 'vitest';
import { runnersFor, thisMachine, threadsFor } from '../../../server/runner/split-cores.ts';

const GIB = 1024 ** 3;

describe('cores are split', () => {
  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 3, 1],
    [4, 4, 1],
    [8, 4, 2],
    [16, 4, 4],
  ])('%i into %i runners of %i threads', (cores, runners, threads) => {
    const machine = { cores, memoryBytes: 16 * GIB };
    expect(runnersFor(machine)).toBe(runners);
    expect(threadsFor(machine, runners)).toBe(threads);
  });

  it.each([
    [0.5, 1],
    [1, 1],
    [1.5, 2],
    [2, 4],
  ])('with %d GiB of memory into %i runners of 4 at most', (gigabytes, runners) => {
    expect(runnersFor({ cores: 8, memoryBytes: gigabytes * GIB })).toBe(runners);
  });

  it.each([
    [0, 8],
    [1, 8],
    [2, 4],
    [8, 1],
    [32, 1],
  ])('among %i runners that were asked for: %i threads each', (runners, threads) => {
    expect(threadsFor({ cores: 8, memoryBytes: GIB }, runners)).toBe(threads);
  });

  it('on a machine that has some of both', () => {
    const { cores, memoryBytes } = thisMachine();
    expect(cores).toBeGreaterThan(0);
    expect(memoryBytes).toBeGreaterThan(0);
    expect(Number.isFinite(memoryBytes)).toBe(true);
  });
});
