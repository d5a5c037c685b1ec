/**
 * How long does the page take to accept many photos dropped at once? They count when the queue has them, durably. In a
 * real Chromium, once with the queue paused and once while it works with the real model. Needs `npm run build`.
 *
 *     node tests/bench/browser-intake.ts [images] [kilobytes each]
 */
import type { Browser, Page } from 'playwright';
import { OffcutPage } from '../e2e/offcut-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { TestServer } from '../support/server.ts';
import { watchTasks } from './main-thread-tasks.ts';

export interface IntakeTime {
  readonly seconds: number;
  /** Milliseconds that the page did not answer at most; 0 when it never was more than 50. */
  readonly longestTask: number;
}

/**
 * Makes copies of a sample in the page, each longer by noise behind its end, as large photos are.
 * @returns what drops them all, and answers after how many seconds the queue has them
 */
export async function dropCopies(page: Page, images: number, bytes: number): Promise<() => Promise<number>> {
  await page.evaluate(
    async ([count, size]) => {
      const sample = await (await fetch('/samples/cactus.jpg')).arrayBuffer();
      const files = new DataTransfer();
      for (let n = 0; n < count; n += 1) {
        const noise = new Uint8Array(Math.max(0, size - sample.byteLength));
        for (let at = 0; at < noise.length; at += 65_536)
          crypto.getRandomValues(noise.subarray(at, at + 65_536));
        files.items.add(new File([sample, noise], `photo-${String(n)}.jpg`, { type: 'image/jpeg' }));
      }
      Object.assign(globalThis, { copies: files.files });
    },
    [images, bytes] as const,
  );
  return () =>
    page.evaluate(async (count) => {
      const { copies } = globalThis as unknown as { copies: FileList };
      const input = document.querySelector<HTMLInputElement>('[data-testid="file-input"]');
      if (input === null) throw new Error('The page has no file input.');
      input.files = copies;
      const start = performance.now();
      input.dispatchEvent(new Event('change', { bubbles: true }));
      const isAll = () =>
        document.querySelector('[data-testid="adding"]') === null &&
        document.querySelector('[data-testid="filter-all"]')?.textContent.includes(String(count));
      while (!isAll()) await new Promise((resolve) => setTimeout(resolve, 10));
      return (performance.now() - start) / 1000;
    }, images);
}

export async function timeOfIntake(
  browser: Browser,
  url: string,
  { images, bytes, paused }: { images: number; bytes: number; paused: boolean },
): Promise<IntakeTime> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const app = await OffcutPage.open(context, url);
    await app.worksOffline();
    if (paused)
      await app.page.evaluate(() => fetch('/queue/pause', { method: 'POST' }).then(() => undefined));
    const drop = await dropCopies(app.page, images, bytes);
    const tasks = await watchTasks(browser, app.page);
    const seconds = await drop();
    return { seconds, longestTask: Math.max(0, ...(await tasks()).long) };
  } finally {
    await context.close();
  }
}

if (import.meta.main) {
  const [images = 300, kilobytes = 1_000] = process.argv.slice(2).map(Number);
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  const browser = await launchChromium();
  for (const paused of [true, false]) {
    const time = await timeOfIntake(browser, server.url, { images, bytes: kilobytes * 1_000, paused });
    console.log(
      `${String(images)} photos of ${String(kilobytes)} kB, ${paused ? 'paused' : 'at work'}: ${time.seconds.toFixed(1)} s, ${((time.seconds / images) * 1000).toFixed(0)} ms each; longest task ${time.longestTask.toFixed(0)} ms`,
    );
  }
  await browser.close();
}
