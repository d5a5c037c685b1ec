import type { BrowserContext } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobListWire } from '#queue/wire.ts';
import { allAdded, smallPhotos, workWithTinyModel } from './batch.ts';
import { OffcutPage } from './offcut-page.ts';
import { useStage } from './stage.ts';

const COUNT = 300;
const stage = useStage();
let context: BrowserContext;
let app: OffcutPage;
/** Messages of errors that nobody caught. */
const broken: string[] = [];

/** Waits for what follows from an action: the machine of a test may be busy. */
const soon = { timeout: 60_000 };
const byId = (id: string) => app.page.getByTestId(id);
const names = () => app.page.getByTestId('card').locator('h3').allTextContents();
const countOf = async (filter: string) =>
  Number((await byId(`filter-${filter}`).textContent())?.match(/\d+/)?.[0]);

/** The tests of this file are one journey: each goes on from where the one before it stopped. */
beforeAll(async () => {
  context = await stage.browser.newContext({ viewport: { width: 1440, height: 900 } });
  app = await OffcutPage.open(context, stage.server.url);
  app.page.on('pageerror', ({ message }) => broken.push(message));
  await app.worksOffline();
  await workWithTinyModel(app);
});
afterAll(async () => {
  await context.close();
  expect(broken).toEqual([]);
});

test('300 images are dropped at once; the page holds those in view, and a paused queue begins none', async () => {
  const [scout] = await smallPhotos(1, 'scout');
  if (!scout) throw new Error('no photo');
  await app.add(scout);
  await app.reaches(scout.name, 'completed');
  await app.page.keyboard.press('p');
  await byId('resume').waitFor();
  await app.add(...(await smallPhotos(COUNT)));
  await allAdded(app);
  expect(await countOf('all')).toBe(COUNT + 1);
  expect(await countOf('pending')).toBe(COUNT);
  expect(await byId('card').count()).toBeLessThan(90);
  expect(await app.page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(2_500);
  await app.page.evaluate(() => {
    scrollTo(0, document.documentElement.scrollHeight / 2);
  });
  await app.card('product-150.png').waitFor();
  expect(await byId('card').count()).toBeLessThan(90);
  // A card in view has its thumbnail, though nothing was worked on.
  await app.card('product-150.png').locator('img').waitFor();
});

test('a reload loses none of them, and the queue is paused still', async () => {
  await app.page.reload();
  await byId('resume').waitFor();
  await app.page.waitForFunction(
    (all) => document.querySelector('[data-testid=filter-all]')?.textContent.includes(all),
    String(COUNT + 1),
  );
  expect(await countOf('pending')).toBe(COUNT);
});

test('waiting images are dragged, or sent by keyboard, to where they are wanted', async () => {
  await byId('filter-pending').click();
  await app.card('product-004.png').dragTo(app.card('product-001.png'), { targetPosition: { x: 4, y: 40 } });
  await expect
    .poll(async () => (await names()).slice(0, 4), soon)
    .toEqual(['product-000.png', 'product-004.png', 'product-001.png', 'product-002.png']);
  await app.card('product-002.png').locator('[data-main]').focus();
  await app.page.keyboard.press('ControlOrMeta+Shift+ArrowLeft');
  await expect
    .poll(async () => (await names()).slice(1, 4), soon)
    .toEqual(['product-004.png', 'product-002.png', 'product-001.png']);
  await app.page.keyboard.press('End');
  await app.card('product-299.png').locator('[data-main]:focus').waitFor();
  await app.page.keyboard.press('ControlOrMeta+Shift+Home');
  await app.page.keyboard.press('Home');
  await expect.poll(async () => (await names())[0], soon).toBe('product-299.png');
});

test('a range and all of them are selected; what is done is done with all', async () => {
  await app.card('product-004.png').getByTestId('card-select').click();
  await app
    .card('product-005.png')
    .getByTestId('card-select')
    .click({ modifiers: ['Shift'] });
  const selected = Number((await byId('selection-bar').textContent())?.match(/\d+/)?.[0]);
  expect(selected).toBeGreaterThan(2);
  await byId('cancel-selected').click();
  await app.page.keyboard.press('Escape');
  await expect.poll(() => countOf('cancelled'), soon).toBe(selected);
  await byId('filter-cancelled').click();
  await app.page.keyboard.press('ControlOrMeta+a');
  await byId('retry-selected').click();
  await expect.poll(() => byId('nothing-shown').count(), soon).toBe(1);
  await byId('filter-all').click();
});

test('once resumed, they are worked on in the order that they were put in', async () => {
  await byId('resume').click();
  await expect.poll(() => countOf('completed'), soon).toBeGreaterThan(6);
  await byId('pause').click();
  await byId('resume').waitFor();
  const { jobs } = jobListWire.parse((await app.json('/queue/jobs?status=completed&limit=100')).body);
  const done = jobs
    .filter(({ filenames }) => filenames[0]?.startsWith('product'))
    .sort((a, b) => (a.started_at ?? '').localeCompare(b.started_at ?? ''));
  expect(done[0]?.filenames[0]).toBe('product-299.png');
  const turns = done.map(({ turn }) => turn);
  expect(turns.toSorted()).toEqual(turns);
});

test('all that waits is cancelled, and everything deleted, as quickly', async () => {
  await byId('cancel-all').click();
  await byId('filter-pending').waitFor({ state: 'detached', ...soon });
  await byId('more').click();
  await byId('delete-all').click();
  await byId('drop-zone').waitFor();
  await byId('undo-dismiss').click();
  await expect.poll(async () => jobListWire.parse((await app.json('/queue/jobs')).body).total, soon).toBe(0);
});
