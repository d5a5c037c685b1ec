import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Watchdog } from '../../../src/lib/browser/matting-worker/watchdog.ts';

describe('the watchdog', () => {
  const bark = vi.fn();
  let dog: Watchdog;
  beforeEach(() => {
    vi.useFakeTimers();
    bark.mockClear();
    dog = new Watchdog(10, bark);
  });
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('barks once when work gives no sign of life', () => {
    dog.begin();
    vi.advanceTimersByTime(9_999);
    expect(bark).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(bark).toHaveBeenCalledOnce();
  });

  it('is quiet while it is fed', () => {
    dog.begin();
    for (let second = 0; second < 60; second += 5) {
      vi.advanceTimersByTime(5_000);
      dog.feed();
    }
    dog.end();
    expect(bark).not.toHaveBeenCalled();
  });

  it('sleeps when the last of several tasks has ended', () => {
    dog.begin();
    dog.begin();
    dog.end();
    expect(vi.getTimerCount()).toBe(1);
    dog.end();
    vi.advanceTimersByTime(60_000);
    expect(bark).not.toHaveBeenCalled();
  });

  it('does not blame the worker for the hours that the machine slept', () => {
    dog.begin();
    vi.advanceTimersByTime(3_000);
    // A sleeping machine: the clock has moved, the timer has not run.
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    vi.advanceTimersByTime(3_000);
    expect(bark).not.toHaveBeenCalled();
    dog.end();
  });
});
