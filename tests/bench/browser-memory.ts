/**
 * Does the page keep anything of what it has worked on? A batch of images goes through it in a real Chromium, and its
 * heap is measured on the way, each time after a garbage collection, and its nodes while all of them are there. So is
 * the memory of page and workers together, as the browser tells it, and how much of the heap is code: the engine compiles
 * more and more of it as the page warms up, whatever the page keeps. The images are small and the model is tiny: what is
 * counted is what each image leaves behind. Needs `npm run build`.
 *
 *     node tests/bench/run.ts --only browser-memory
 */
import type { Browser, CDPSession, Page } from 'playwright';
import { allAdded, smallPhotos, workWithTinyModel } from '../e2e/batch.ts';
import { OffcutPage } from '../e2e/offcut-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { TestServer } from '../support/server.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

/** Images that are done before: more than a view is full of. */
const WARM_UP = 40;
/** Memory is measured when so many are done. */
const MILESTONES = [10, WARM_UP, 100, 200, 300];
/** Has the browser tell its memory when it is asked, not at its next garbage collection. */
const TELL_MEMORY = '--enable-blink-features=ForceEagerMeasureMemory';

export interface Milestone {
  /** Images done. */
  readonly images: number;
  /** Bytes of the page's JavaScript. */
  readonly heap: number;
  /** Bytes of that which are code, compiled or not; undefined where it was not asked for, as the next one. */
  readonly code: number | undefined;
  /** Bytes of page and workers, WebAssembly included; undefined where the browser does not say. */
  readonly whole: number | undefined;
}

export interface MemoryOfBatch {
  /** Bytes that the page's JavaScript uses: with a view full of images done, with the batch done, with all of it deleted. */
  readonly before: number;
  readonly after: number;
  readonly deleted: number;
  /** Of the document, with the batch done. */
  readonly nodes: number;
  readonly cards: number;
  readonly milestones: readonly Milestone[];
}

/** The cards in view show their results, and the cut is over: half-way they hold up to 0.1 MB more. */
async function allRevealed(page: Page): Promise<void> {
  const hidden = page.locator('[data-testid="card"]:not(:has(.decoded:not(.fresh)))');
  await hidden.first().waitFor({ state: 'detached' });
}

/** A second collection takes what the first one only unlinked. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [types: readonly string[], ...unknown[]];
    };
  };
  /** As many numbers as there are fields, for each node. */
  readonly nodes: readonly number[];
}

async function codeOf(session: CDPSession): Promise<number> {
  const chunks: string[] = [];
  const collect = ({ chunk }: { chunk: string }) => void chunks.push(chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', collect);
  await session.send('HeapProfiler.takeHeapSnapshot');
  session.off('HeapProfiler.addHeapSnapshotChunk', collect);
  const { snapshot, nodes } = JSON.parse(chunks.join('')) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size, code] = [fields.indexOf('type'), fields.indexOf('self_size'), types[0].indexOf('code')];
  let bytes = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    if (nodes[node + type] === code) bytes += nodes[node + size] ?? 0;
  }
  return bytes;
}

interface TellsMemory {
  readonly measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }>;
}

/** The browser answers at a garbage collection of its choice, which may be far. */
const PATIENCE_MILLIS = 20_000;

/** Of page and workers; undefined when the browser does not tell in time. */
function wholeOf(page: Page): Promise<number | undefined> {
  return page.evaluate(async (patience) => {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience, undefined));
    const told = (performance as TellsMemory).measureUserAgentSpecificMemory?.();
    return (await Promise.race([told, late]))?.bytes;
  }, PATIENCE_MILLIS);
}

/**
 * @param parts asks for the code in the heap, and for the memory of the workers too, which takes long unless the browser
 *   was started for it
 */
export async function memoryOfBatch(
  browser: Browser,
  url: string,
  images: number,
  { parts = false } = {},
): Promise<MemoryOfBatch> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const app = await OffcutPage.open(context, url);
  const { page } = app;
  const done = (count: number) =>
    page
      .getByTestId('filter-completed')
      .getByText(String(count), { exact: true })
      .waitFor({ timeout: 300_000 });
  await app.worksOffline();
  await workWithTinyModel(app);
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.enable');

  const milestones: Milestone[] = [];
  const all = images + WARM_UP;
  let added = 0;
  for (const count of [...MILESTONES.filter((count) => count < all), all]) {
    await app.add(...(await smallPhotos(count - added, `until-${String(count)}`)));
    await allAdded(app);
    await done(count);
    await allRevealed(page);
    added = count;
    const heap = await heapOf(session);
    const whole = parts ? await wholeOf(page) : undefined;
    const code = parts ? await codeOf(session) : undefined;
    milestones.push({ images: count, heap, code, whole });
  }
  // What is loaded with the first images, and the cards that fill the view, are no part of what each one leaves.
  const before = milestones.find((milestone) => milestone.images === WARM_UP)?.heap ?? Number.NaN;

  await page.evaluate(() => {
    scrollTo(0, document.documentElement.scrollHeight);
  });
  await page.getByTestId('card').last().locator('img').last().waitFor();
  await page.evaluate(() => {
    scrollTo(0, 0);
  });
  await page.getByTestId('card').first().locator('img').first().waitFor();
  const after = await heapOf(session);
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  const cards = await page.getByTestId('card').count();

  await page.getByTestId('more').click();
  await page.getByTestId('delete-all').click();
  await page.getByTestId('undo-dismiss').click();
  await page.getByTestId('drop-zone').waitFor();
  // Not `waitForFunction`: for that Playwright puts 0.4 MB of its own into the heap.
  await page.evaluate(async () => {
    const total = async () => ((await (await fetch('/queue/jobs')).json()) as { total: number }).total;
    while ((await total()) > 0) await new Promise(requestAnimationFrame);
  });
  const deleted = await heapOf(session);
  await context.close();
  return { before, after, deleted, nodes, cards, milestones };
}

const IMAGES = 300 - WARM_UP;
/** Bytes: a job's id, key, place in line and name alone are 200. */
const MOST_LEFT = 1_000;

/** Bytes of what is no code, from a view that is full to the end. */
function leftByEach(milestones: readonly Milestone[]): number {
  const [from, to] = [milestones.find(({ images }) => images === WARM_UP), milestones.at(-1)];
  const data = ({ heap, code }: Milestone) => heap - (code ?? Number.NaN);
  return from && to ? (data(to) - data(from)) / (to.images - from.images) : Number.NaN;
}

export async function benchBrowserMemory(report: Report, { smoke }: BenchSettings): Promise<void> {
  const browser = await launchChromium({ args: [TELL_MEMORY] });
  await using server = await TestServer.start();
  const images = smoke ? 3 : IMAGES;
  const memory = await memoryOfBatch(browser, server.url, images, { parts: true });
  await browser.close();
  const { before, after, deleted, nodes, milestones } = memory;
  const less = { better: 'less' } as const;
  for (const { images: done, heap, code, whole } of milestones) {
    const name = `after ${String(done)} images`;
    report.add({ name: `${name}: heap of the page`, unit: 'MB', ...less, values: [heap / 1e6] });
    if (code !== undefined)
      report.add({ name: `${name}: of it code`, unit: 'MB', ...less, values: [code / 1e6] });
    if (whole !== undefined)
      report.add({ name: `${name}: page and workers`, unit: 'MB', ...less, values: [whole / 1e6] });
  }
  const last = `heap after ${String(images + WARM_UP)} / after ${String(WARM_UP)}, which fill a view`;
  report.add({ name: last, ...less, must: 1.2, values: [after / before] });
  report.add({
    name: `left by each image after ${String(WARM_UP)}, code aside`,
    unit: 'bytes',
    ...less,
    must: MOST_LEFT,
    values: [leftByEach(milestones)],
  });
  report.add({ name: 'heap once all are deleted / before', ...less, must: 1.2, values: [deleted / before] });
  report.add({ name: 'nodes of the document', ...less, values: [nodes] });
}
