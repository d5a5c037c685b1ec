import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { readFile } from 'node:fs/promises';
import { differenceOf, expectLook, makeSteady } from './looks.ts';
import { fromRoot } from '../support/run-script.ts';
import { EditorPage } from './editor-page.ts';
import { OffcutPage } from './offcut-page.ts';
import { useStage } from './stage.ts';

const stage = useStage();

const VIEWS = [
  { name: 'phone-light', viewport: { width: 390, height: 844 }, colorScheme: 'light', locale: 'en-GB' },
  { name: 'tablet-arabic', viewport: { width: 768, height: 1024 }, colorScheme: 'light', locale: 'ar' },
  { name: 'desktop-dark', viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'de-DE' },
] as const satisfies (BrowserContextOptions & { name: string })[];

async function open(view: BrowserContextOptions): Promise<{ context: BrowserContext; app: OffcutPage }> {
  // The blocks are a font that the page's own policy would not let in.
  const context = await stage.browser.newContext({ ...view, bypassCSP: true, reducedMotion: 'reduce' });
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  return { context, app };
}

describe.each(VIEWS)('on $name', ({ name, ...view }) => {
  let context: BrowserContext;
  let app: OffcutPage;
  let page: Page;
  beforeAll(async () => {
    ({ context, app } = await open(view));
    page = app.page;
    await makeSteady(page);
  });
  afterAll(() => context.close());

  test('the first screen', () => expectLook(page, `${name}-welcome`));

  test('settings', async () => {
    await page.getByTestId('settings').click();
    await page.getByTestId('open-shortcuts').waitFor();
    // Whatever comes of it: what lies open here would be in the looks that follow.
    await expectLook(page, `${name}-settings`).finally(() => page.keyboard.press('Escape'));
  });

  test('results', async () => {
    // Added at once, and pictures of the project's own: the same order and sizes everywhere.
    const duck = {
      name: 'duck.jpg',
      type: 'image/jpeg',
      bytes: await readFile(fromRoot('static/samples/duck.jpg')),
    };
    const letter = { name: 'letter.png', type: 'image/png', bytes: Buffer.from('%PDF-1.7 Dear Sir') };
    await app.add(duck, letter);
    await app.reaches(duck.name, 'completed');
    await app.reaches(letter.name, 'failed');
    await app.card(duck.name).getByTestId('card-open').waitFor();
    // The result, not the photo that is shown until there is one.
    await page
      .locator('[data-testid="card"][data-state="completed"] .decoded')
      .waitFor({ state: 'attached' });
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await expectLook(page, `${name}-results`);
  });

  test('storage', async () => {
    await page.getByTestId('settings').click();
    await page.getByTestId('open-storage').click();
    await page.getByTestId('storage-used').waitFor({ state: 'attached' });
    await expectLook(page, `${name}-storage`);
    await page.keyboard.press('Escape');
  });

  test('the editor', async () => {
    await app.card('duck.jpg').getByTestId('card-open').click();
    const editor = await EditorPage.attach(page);
    const choose = (value: string) =>
      editor.by('panel').locator(`label:has(input[value="${value}"])`).click();
    await editor.choose('background');
    await choose('colour');
    await editor.choose('frame');
    await choose('subject');
    await choose('1:1');
    await expect.poll(() => editor.by('editor-canvas-size').textContent()).toMatch(/^(\d+) × \1$/);
    await page.mouse.move(0, 0);
    await expectLook(page, `${name}-editor-crop`);
    await editor.choose('background');
    await expectLook(page, `${name}-editor-background`);
    await page.keyboard.press('Escape');
    await editor.by('viewer').waitFor({ state: 'detached' });
  });
});

test('a look that has changed is told from one that has not', async () => {
  const { context, app } = await open({ viewport: { width: 390, height: 844 } });
  await makeSteady(app.page);
  const shoot = () => app.page.screenshot({ animations: 'disabled' });
  const before = await shoot();
  expect(await differenceOf(before, await shoot())).toBe(0);
  await app.page.addStyleTag({ content: 'h1 { padding-block-start: 8px }' });
  expect(await differenceOf(before, await shoot())).toBeGreaterThan(0.01);
  await context.close();
});
