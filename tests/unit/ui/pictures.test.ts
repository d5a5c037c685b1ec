import { describe, expect, test } from 'vitest';
import { currentRun, dropsOf, tallyOf } from '../../../src/lib/ui/state/pictures.ts';
import { at, jobOnPage as job } from './jobs.ts';

const ids = (drops: ReturnType<typeof dropsOf>) => drops.map((drop) => drop.map(({ jobId }) => jobId));

describe('the order of the pictures', () => {
  test('is newest drop first, and inside a drop the order in which its files were taken', () => {
    const jobs = [
      job('later-2', at(61)),
      job('first-1', at(0)),
      job('later-1', at(60)),
      job('first-2', at(4)),
    ];
    expect(ids(dropsOf(jobs))).toEqual([
      ['later-1', 'later-2'],
      ['first-1', 'first-2'],
    ]);
  });

  test('shows an image that took the turn of one in another drop at its place', () => {
    const [early, late] = [job('early', at(0)), job('late', at(60))];
    const jobs = [{ ...early, turn: late.turn }, { ...late, turn: early.turn }, job('later', at(61))];
    expect(ids(dropsOf(jobs))).toEqual([['early', 'later'], ['late']]);
  });

  test('keeps a long drop together, however long it takes as a whole', () => {
    const jobs = Array.from({ length: 300 }, (_, n) => job(`job-${String(n)}`, at(n * 4)));
    expect(dropsOf(jobs)).toHaveLength(1);
  });

  test('shows every image of a batch that another client submitted', () => {
    const [drop] = dropsOf([job('batch', at(0), { filename: 'a.png' }, { filename: 'b.png' })]);
    expect(drop?.map(({ key, name, jobSize }) => [key, name, jobSize])).toEqual([
      ['batch/0', 'a.png', 2],
      ['batch/1', 'b.png', 2],
    ]);
  });

  test('gives the same objects for a job that did not change, so that its card is left alone', () => {
    const same = job('same', at(0));
    const before = dropsOf([same, job('changed', at(1))]).flat();
    const after = dropsOf([same, job('changed', at(1))]).flat();
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });
});

describe('the progress of a run', () => {
  const finished = job('old', at(0), { status: 'completed' });

  test('counts the drops that are still under work, and not those that were done before', () => {
    const drops = dropsOf([finished, job('a', at(60), { status: 'failed' }), job('b', at(61))]);
    expect(tallyOf(currentRun(drops))).toMatchObject({ total: 2, open: 1, failed: 1, completed: 0 });
  });

  test('counts everything once nothing is left to do', () => {
    const drops = dropsOf([finished, job('a', at(60), { status: 'completed' })]);
    expect(tallyOf(currentRun(drops))).toMatchObject({ total: 2, open: 0, completed: 2 });
  });
});
