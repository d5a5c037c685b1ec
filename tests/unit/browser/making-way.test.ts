import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TabChannel } from '../../../src/lib/browser/channel.ts';
import { listenForWay } from '../../../src/lib/browser/way.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('whoever computes makes way while a tab asks for it, and for a moment after', async () => {
  const makesWay = listenForWay();
  const tab = new TabChannel();
  expect(makesWay()).toBe(false);
  tab.post({ kind: 'sync-now' });
  tab.post({ kind: 'make-way' });
  await expect.poll(makesWay).toBe(true);
  vi.advanceTimersByTime(1400);
  expect(makesWay()).toBe(true);
  vi.advanceTimersByTime(200);
  expect(makesWay()).toBe(false);
  tab.close();
});
