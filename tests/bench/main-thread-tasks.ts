import type { Browser, Page } from 'playwright';

/** The Long Tasks API counts tasks above it. */
export const LONG_MILLISECONDS = 50;

/** What kept a page's main thread for how long, in milliseconds. */
export interface Tasks {
  /** By the clock: each task above `LONG_MILLISECONDS`, longest first. Waiting for a core is part of it. */
  readonly long: readonly number[];
  /** The most that one task computed: the same however busy the machine is. */
  readonly mostComputed: number;
  readonly longestFrame: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds on the thread's own clock. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const TASK = 'ThreadControllerImpl::RunTask';

/** Watches a page from now on; what is answered ends it. One page of a browser at a time. */
export async function watchTasks(browser: Browser, page: Page): Promise<() => Promise<Tasks>> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await page.evaluate(() => {
    const seen = { long: [] as number[], longestFrame: 0 };
    const since = performance.now();
    new PerformanceObserver((list) => {
      const fresh = list.getEntries().filter(({ startTime }) => startTime >= since);
      seen.long.push(...fresh.map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
    let last = performance.now();
    const frame = (now: number) => {
      seen.longestFrame = Math.max(seen.longestFrame, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(globalThis, { seen });
  });
  return async () => {
    const { long, longestFrame } = await page.evaluate(
      () => (globalThis as unknown as { seen: Pick<Tasks, 'long' | 'longestFrame'> }).seen,
    );
    const mostComputed = mostComputedIn((await browser.stopTracing()).toString());
    return { long: long.toSorted((a, b) => b - a), longestFrame, mostComputed };
  };
}

function mostComputedIn(trace: string): number {
  const { traceEvents: events } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${String(pid)}/${String(tid)}`),
  );
  const computed = events
    .filter(({ name, pid, tid }) => name === TASK && mains.has(`${String(pid)}/${String(tid)}`))
    .map(({ tdur = 0 }) => tdur / 1000);
  return Math.max(0, ...computed);
}
