/**
 * Is the page free while it works? A 12-megapixel photo is processed in a real Chromium, with the real model on
 * WebAssembly, while the page counts tasks over 50 ms (the Long Tasks API) and the longest gap between two animation
 * frames. The baseline is the same page idle for as long. Needs `npm run build`.
 *
 *     node tests/bench/main-thread.ts
 */
import type { Page } from 'playwright';
import { enlarged, photos, type Photo } from '../e2e/photos.ts';
import { OffcutPage } from '../e2e/offcut-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { TestServer } from '../support/server.ts';

const LIMIT_MILLISECONDS = 50;

interface Blocked {
  /** Milliseconds of each task over 50 ms. */
  readonly tasks: number[];
  readonly longestFrame: number;
}

/** Starts to watch; what is answered ends it. */
async function watch(page: Page): Promise<() => Promise<Blocked>> {
  await page.evaluate(() => {
    const seen = { tasks: [] as number[], longestFrame: 0 };
    new PerformanceObserver((list) => {
      seen.tasks.push(...list.getEntries().map(({ duration }) => duration));
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
  return () => page.evaluate(() => (globalThis as unknown as { seen: Blocked }).seen);
}

/*
 * The test driver itself works on the page's main thread, for 100 ms and more with a large file. So the photo is handed
 * over before the page is watched, and then picked and waited for by a few lines in the page, as its user would.
 */
async function hand(page: Page, { name, type, bytes }: Photo): Promise<void> {
  await page.evaluate(
    ([filename, mediaType, base64]) => {
      const file = new File([Uint8Array.fromBase64(base64)], filename, { type: mediaType });
      Object.assign(globalThis, { photo: file });
    },
    [name, type, bytes.toString('base64')] as const,
  );
}

async function pickAndWait(page: Page, filename: string): Promise<void> {
  await page.evaluate((name) => {
    const { photo } = globalThis as unknown as { photo: File };
    const input = document.querySelector<HTMLInputElement>('[data-testid="file-input"]');
    if (input === null) throw new Error('There is no file input.');
    const picked = new DataTransfer();
    picked.items.add(photo);
    input.files = picked.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    return new Promise<void>((resolve) => {
      const isDone = () =>
        [...document.querySelectorAll('[data-testid="card"][data-state="completed"]')].some((card) =>
          card.textContent.includes(name),
        );
      const observer = new MutationObserver(() => {
        if (!isDone()) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    });
  }, filename);
}

function report(name: string, { tasks, longestFrame }: Blocked, seconds: number): void {
  const longest = Math.max(0, ...tasks);
  console.log(
    `${name.padEnd(34)} ${seconds.toFixed(1).padStart(6)} s   tasks over 50 ms: ${String(tasks.length)}   ` +
      `longest task / ${String(LIMIT_MILLISECONDS)} ms: ${(longest / LIMIT_MILLISECONDS).toFixed(2)}   ` +
      `longest frame: ${longestFrame.toFixed(0)} ms`,
  );
}

export async function benchMainThread(): Promise<void> {
  const [small] = await photos(1);
  if (small === undefined) throw new Error('There is no photo.');
  const large = await enlarged(small, 4000, 3000);
  await using server = await TestServer.start();
  const browser = await launchChromium();
  try {
    const app = await OffcutPage.open(await browser.newContext(), server.url);
    await app.worksOffline();
    await app.add(small);
    await app.reaches(small.name, 'completed');

    await hand(app.page, large);
    const working = await watch(app.page);
    const began = performance.now();
    await pickAndWait(app.page, large.name);
    const seconds = (performance.now() - began) / 1000;
    report('12 megapixels, added to completed', await working(), seconds);

    await app.page.reload();
    await app.cards('completed').first().waitFor();
    const idle = await watch(app.page);
    await app.page.waitForTimeout(seconds * 1000);
    report('the same page, idle', await idle(), seconds);
  } finally {
    await browser.close();
  }
}

if (import.meta.main) await benchMainThread();
