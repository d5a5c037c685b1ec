/**
 * The app in a real Chromium, as its user meets it: a first visit, a visit without network, the first result, and the
 * pace of a batch against onnxruntime-web alone in a worker of an otherwise empty page. Needs `npm run build`.
 *
 *     node tests/bench/run.ts --only browser
 */
import type { Browser, BrowserContext } from 'playwright';
import type { Photo } from '../e2e/photos.ts';
import { OffcutPage } from '../e2e/offcut-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { TestServer } from '../support/server.ts';
import { BareWebLoop } from './bare-web-loop.ts';
import { photosOfSize } from './photos-of-size.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

const BATCH = 12;
const PATIENCE = { timeout: 300_000 };

async function somePhotos(count: number): Promise<Photo[]> {
  const files = await photosOfSize(count, 1, 'jpeg');
  return files.map(({ filename, type, bytes }) => ({ name: filename, type, bytes: Buffer.from(bytes) }));
}

export async function benchBrowser(report: Report, { rounds, smoke }: BenchSettings): Promise<void> {
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0' } });
  const browser = await launchChromium();
  try {
    await benchVisits(report, browser, server.url, rounds);
    await benchPace(report, browser, server.url, { rounds, count: smoke ? 1 : BATCH });
  } finally {
    await browser.close();
  }
}

async function benchVisits(report: Report, browser: Browser, url: string, rounds: number): Promise<void> {
  const [photo] = await somePhotos(1);
  if (photo === undefined) throw new Error('There is no photo.');
  const times = { cold: [] as number[], first: [] as number[], warm: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const context = await browser.newContext();
    const began = performance.now();
    const app = await OffcutPage.open(context, url);
    times.cold.push(performance.now() - began);
    await app.add(photo);
    await app.reaches(photo.name, 'completed');
    times.first.push(performance.now() - began);
    await app.worksOffline();
    times.warm.push(await offlineStart(context, app));
    await context.close();
  }
  const milliseconds = { unit: 'ms', better: 'less' } as const;
  report.add({ name: 'first visit, until it can be used', ...milliseconds, values: times.cold });
  report.add({ name: 'first visit, until the first result', ...milliseconds, values: times.first });
  report.add({
    name: 'without network, until it can be used',
    ...milliseconds,
    values: times.warm,
    must: 1000,
  });
}

/** The page reloaded: until the badge that hydration makes, and what was there before. */
async function offlineStart(context: BrowserContext, { page }: OffcutPage): Promise<number> {
  await context.setOffline(true);
  const began = performance.now();
  await page.reload({ waitUntil: 'commit' });
  await page.getByTestId('offline-badge').waitFor();
  await page.getByTestId('card').first().waitFor();
  const took = performance.now() - began;
  await context.setOffline(false);
  return took;
}

interface Batches {
  readonly rounds: number;
  readonly count: number;
}

async function benchPace(
  report: Report,
  browser: Browser,
  url: string,
  { rounds, count }: Batches,
): Promise<void> {
  await using bare = await BareWebLoop.start(browser);
  const context = await browser.newContext();
  const app = await OffcutPage.open(context, url);
  await app.worksOffline();
  const photos = await somePhotos(count);
  let done = 0;
  const throughApp = async () => {
    const began = performance.now();
    await app.add(...photos.map((photo) => ({ ...photo, name: `${String(done)}-${photo.name}` })));
    done += count;
    const completed = app.page.getByTestId('filter-completed').getByText(String(done), { exact: true });
    await completed.waitFor(PATIENCE);
    return (count * 1000) / (performance.now() - began);
  };
  await throughApp();
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = await bare.rate(count);
    const app = await throughApp();
    const after = await bare.rate(count);
    rows.push({ app, bare: (before + after) / 2 });
  }
  await context.close();
  const perMinute = { unit: 'images/min', better: 'more' } as const;
  report.add({ name: 'photos of 1 MP', ...perMinute, values: rows.map(({ app }) => app * 60) });
  report.add({ name: 'onnxruntime-web alone', ...perMinute, values: rows.map(({ bare }) => bare * 60) });
  const shares = rows.map(({ app, bare }) => app / bare);
  report.add({ name: 'photos of 1 MP / onnxruntime-web alone', better: 'more', values: shares, must: 0.9 });
}
