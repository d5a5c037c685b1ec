/**
 * Is the page free while it works? A 12-megapixel photo is processed in a real Chromium, with the real model on
 * WebAssembly, and then 300 photos are dropped at once, while the page counts tasks over 50 ms (the Long Tasks API) and
 * the longest gap between two animation frames. Tasks last longer on a busy machine, where they wait for a core in the
 * midst: so the most that one of them computes is told as well. The baseline is the same page idle. Needs
 * `npm run build`.
 *
 *     node tests/bench/run.ts --only main-thread
 */
import type { Browser, Page } from 'playwright';
import { enlarged, photos, type Photo } from '../e2e/photos.ts';
import { OffcutPage } from '../e2e/offcut-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { TestServer } from '../support/server.ts';
import { dropCopies } from './browser-intake.ts';
import { LONG_MILLISECONDS, watchTasks, type Tasks } from './main-thread-tasks.ts';
import { median } from './numbers.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

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

function tell(
  report: Report,
  name: string,
  { long, mostComputed, longestFrame }: Tasks,
  must?: number,
): void {
  const row = { unit: 'ms', better: 'less' } as const;
  const limit = must === undefined ? {} : { must };
  report.add({ name: `${name}: longest task`, ...row, values: [Math.max(0, ...long)], ...limit });
  report.add({ name: `${name}: most that a task computed`, ...row, values: [mostComputed], ...limit });
  report.add({ name: `${name}: longest frame`, ...row, values: [longestFrame] });
  report.add({ name: `${name}: tasks over 50 ms`, better: 'less', values: [long.length] });
  if (long.length > 0) report.add({ name: `${name}: of those the median`, ...row, values: [median(long)] });
}

async function work12Megapixels(
  report: Report,
  browser: Browser,
  app: OffcutPage,
  small: Photo,
): Promise<void> {
  const large = await enlarged(small, 4000, 3000);
  await hand(app.page, large);
  const tasks = await watchTasks(browser, app.page);
  const began = performance.now();
  await pickAndWait(app.page, large.name);
  const seconds = (performance.now() - began) / 1000;
  tell(report, '12 MP, added to completed', await tasks(), LONG_MILLISECONDS);
  report.add({ name: '12 MP, added to completed', unit: 's', better: 'less', values: [seconds] });

  await app.page.reload();
  await app.cards('completed').first().waitFor();
  const idle = await watchTasks(browser, app.page);
  await app.page.waitForTimeout(seconds * 1000);
  tell(report, 'the same page, idle', await idle());
}

const DROPPED = 300;
const DROPPED_BYTES = 1_000_000;

async function drop(report: Report, browser: Browser, { page }: OffcutPage, images: number): Promise<void> {
  const dropAll = await dropCopies(page, images, DROPPED_BYTES);
  const tasks = await watchTasks(browser, page);
  const seconds = await dropAll();
  const name = `${String(images)} photos dropped, worked on meanwhile`;
  tell(report, name, await tasks(), LONG_MILLISECONDS);
  report.add({ name: `${name}: until all are kept`, unit: 's', better: 'less', values: [seconds] });
}

export async function benchMainThread(report: Report, { smoke }: BenchSettings): Promise<void> {
  const [small] = await photos(1);
  if (small === undefined) throw new Error('There is no photo.');
  await using server = await TestServer.start();
  const browser = await launchChromium();
  try {
    const app = await OffcutPage.open(await browser.newContext(), server.url);
    await app.worksOffline();
    await app.add(small);
    await app.reaches(small.name, 'completed');
    await work12Megapixels(report, browser, app, small);
    const another = await OffcutPage.open(await browser.newContext(), server.url);
    await app.page.close();
    await another.worksOffline();
    await drop(report, browser, another, smoke ? 3 : DROPPED);
  } finally {
    await browser.close();
  }
}
