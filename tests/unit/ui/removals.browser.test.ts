import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Removals, UNDO_SECONDS } from '../../../src/lib/ui/state/removals.svelte.ts';

describe('deleting', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function setUp(refuse?: string) {
    const removed: string[] = [];
    const problems: unknown[] = [];
    const removals = new Removals(
      async (id) => {
        if (id === refuse) throw new Error('It is held.');
        removed.push(id);
      },
      (cause) => problems.push(cause),
    );
    return { removals, removed, problems };
  }

  test('hides at once, and removes when the time to undo is over', async () => {
    const { removals, removed } = setUp();
    removals.hide(['a']);
    expect([removals.hidden.has('a'), removed]).toEqual([true, []]);
    await vi.advanceTimersByTimeAsync(UNDO_SECONDS * 1_000 - 1);
    expect(removed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(removed).toEqual(['a']);
  });

  test('undone brings back all that was deleted together, and removes none of it', async () => {
    const { removals, removed } = setUp();
    removals.hide(['a', 'b']);
    removals.hide(['b', 'c']);
    expect(removals.pending).toEqual(['a', 'b', 'c']);
    removals.undo();
    await vi.advanceTimersByTimeAsync(UNDO_SECONDS * 2_000);
    expect([removals.hidden.size, removals.pending.length, removed]).toEqual([0, 0, []]);
  });

  test('is final at once when the page is left', async () => {
    const { removals, removed } = setUp();
    removals.hide(['a']);
    await removals.commit();
    expect(removed).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(UNDO_SECONDS * 2_000);
    expect(removed).toEqual(['a']);
  });

  test('shows again what could not be removed, and says why', async () => {
    const { removals, removed, problems } = setUp('b');
    removals.hide(['a', 'b', 'c']);
    await removals.commit();
    expect(removed).toEqual(['a', 'c']);
    expect(removals.hidden.has('b')).toBe(false);
    expect(problems).toEqual([new Error('It is held.')]);
  });
});
