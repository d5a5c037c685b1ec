import { expect, test } from 'vitest';
import { OffcutPage } from './offcut-page.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const heading = (app: OffcutPage) => app.page.getByRole('heading', { level: 1 }).innerText();
const root = (app: OffcutPage) =>
  app.page.evaluate(() => {
    const { lang, dir, dataset } = document.documentElement;
    return { lang, dir, theme: dataset.theme, hidden: 'translating' in dataset };
  });

test('the browser’s language is spoken from the first paint, by its own rules', async () => {
  const context = await stage.browser.newContext({ locale: 'de-AT' });
  const seen: string[] = [];
  await context.exposeFunction('report', (text: string) => seen.push(text));
  // Every frame in which the heading can be seen: English must not flash.
  await context.addInitScript(() => {
    const look = () => {
      const heading = document.querySelector('h1');
      if (heading && getComputedStyle(heading).visibility === 'visible') {
        void (globalThis as unknown as { report: (text: string) => Promise<void> }).report(heading.innerText);
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  expect(await root(app)).toMatchObject({ lang: 'de', dir: 'ltr', hidden: false });
  expect(new Set(seen).size, `seen: ${[...new Set(seen)].join(' | ')}`).toBe(1);
  expect(seen[0]).not.toMatch(/background/i);
  await context.close();
});

test('another language is a setting, kept over a reload without a network, and may run from right to left', async () => {
  const context = await stage.browser.newContext({ locale: 'en-GB' });
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  const english = await heading(app);
  await app.page.getByTestId('settings').click();
  await app.page.getByTestId('setting-language').selectOption('ar');
  await app.page.waitForFunction(() => document.documentElement.dir === 'rtl');
  const arabic = await heading(app);
  expect(arabic).toMatch(/\p{Script=Arabic}/u);
  // What was on the left is on the right.
  const logo = await app.page.locator('header .name').boundingBox();
  expect(logo?.x).toBeGreaterThan(640);

  await context.setOffline(true);
  await app.page.reload();
  await app.page.getByTestId('offline-badge').waitFor();
  expect(await root(app)).toMatchObject({ lang: 'ar', dir: 'rtl' });
  expect(await heading(app)).toBe(arabic);
  await app.page.getByTestId('settings').click();
  await app.page.getByTestId('setting-language').selectOption('');
  await app.page.waitForFunction(() => document.documentElement.lang === 'en');
  expect(await heading(app)).toBe(english);
  await context.close();
});

test('dark or light is a setting, known before the first paint of the next visit', async () => {
  const context = await stage.browser.newContext({ colorScheme: 'light' });
  const app = await OffcutPage.open(context, stage.server.url);
  const paper = () => app.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await app.page.getByTestId('settings').click();
  await app.page.getByTestId('settings-panel').locator('input[value="dark"]').check({ force: true });
  await expect.poll(paper).not.toBe(light);
  await app.page.reload({ waitUntil: 'commit' });
  expect(await root(app)).toMatchObject({ theme: 'dark' });
  await context.close();
});
