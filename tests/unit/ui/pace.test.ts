import { expect, test } from 'vitest';
import { secondsLeft } from '../../../src/lib/ui/state/pace.ts';
import { at, jobOnPage } from './jobs.ts';

/** Jobs of one image that took so many seconds each, the first one done first. */
function took(...seconds: number[]) {
  return seconds.map((each, n) => ({
    ...jobOnPage(`job-${String(n)}`, at(0), { status: 'completed' }),
    status: 'completed' as const,
    startedAt: n * 100_000,
    completedAt: n * 100_000 + each * 1_000,
  }));
}

test('what is left takes as long as the newest took, by their median', () => {
  expect(secondsLeft(took(2, 2, 4), 10)).toBe(20);
  expect(secondsLeft(took(2, 4), 10)).toBe(30);
});

test('neither the first image, which waits for the model, nor a giant among them moves the guess', () => {
  expect(secondsLeft(took(60, 2, 2, 2, 300, 2, 2), 100)).toBe(200);
});

test('images of long ago do not count', () => {
  expect(secondsLeft(took(...Array<number>(20).fill(9), ...Array<number>(15).fill(1)), 10)).toBe(10);
});

test('a pause in between is no time that an image took', () => {
  const [first, second] = took(2, 2);
  const later = { ...second, id: 'later', startedAt: 9_000_000, completedAt: 9_002_000 };
  expect(
    secondsLeft(
      [first, second, later].filter((each) => each !== undefined),
      10,
    ),
  ).toBe(20);
});

test('there is no guess before two are done, nor from what failed', () => {
  expect(secondsLeft(took(2), 10)).toBeUndefined();
  expect(
    secondsLeft(
      took(2, 2).map((each) => ({ ...each, status: 'failed' as const })),
      10,
    ),
  ).toBeUndefined();
});
