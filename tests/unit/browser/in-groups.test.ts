import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { InGroups } from '../../../src/lib/browser/in-groups.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells the latest of each thing, all of them together', () => {
  const told: string[] = [];
  const groups = new InGroups<string>(100, (value) => told.push(value));
  groups.put('a', 'a decode');
  groups.put('b', 'b decode');
  groups.put('a', 'a infer');
  expect(told).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(told).toEqual(['a infer', 'b decode']);
  groups.put('b', 'b infer');
  vi.advanceTimersByTime(100);
  expect(told).toEqual(['a infer', 'b decode', 'b infer']);
});

it('tells nothing of what is over, and nothing once it is closed', () => {
  const told: string[] = [];
  const groups = new InGroups<string>(100, (value) => told.push(value));
  groups.put('a', 'a encode');
  groups.put('b', 'b encode');
  groups.drop('a');
  vi.advanceTimersByTime(100);
  expect(told).toEqual(['b encode']);
  groups.put('b', 'b store');
  groups.close();
  vi.advanceTimersByTime(1000);
  expect(told).toEqual(['b encode']);
});
