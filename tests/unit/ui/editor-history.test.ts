import { expect, it } from 'vitest';
import { redone, startHistory, step, undone } from '../../../src/lib/ui/editor/history.ts';

it('goes back and forth, a gesture as one step; a new step forgets what was undone', () => {
  let history = startHistory('a');
  history = step(history, 'b');
  for (const moved of ['c1', 'c2', 'c3']) history = step(history, moved, 'slider');
  history = step(history, 'd1', 'slider again');
  const back = [undone(history), undone(undone(history)), undone(undone(undone(undone(history))))];
  expect(back.map(({ present }) => present)).toEqual(['c3', 'b', 'a']);
  expect(redone(undone(history)).present).toBe('d1');
  const other = step(undone(history), 'e');
  expect(redone(other).present).toBe('e');
  expect(undone(other).present).toBe('c3');
  // The gesture that was undone is over.
  expect(undone(step(undone(history), 'f', 'slider')).present).toBe('c3');
});
