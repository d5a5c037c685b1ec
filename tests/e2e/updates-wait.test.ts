import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { fromRoot } from '../support/run-script.ts';
import { TestServer } from '../support/server.ts';
import { OffcutPage } from './offcut-page.ts';
import { enlarged, photos } from './photos.ts';

let browser: Browser;
let folder: string;
let server: TestServer;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** A build of its own, which can become a newer one. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offcut-update-'));
  await cp(fromRoot('build'), folder, {
    recursive: true,
    filter: (file) => !/service-worker\.js\.(?:br|gz)$/.test(file),
  });
  server = await TestServer.start({ env: { OFFCUT_BUILD_DIR: folder, OFFCUT_RUNNERS: '0' } });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function deployNewVersion(app: OffcutPage): Promise<void> {
  await appendFile(join(folder, 'service-worker.js'), '\n// newer\n');
  await app.page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  await app.page
    .locator('[data-testid="offline-badge"] [data-state="update"]')
    .waitFor({ state: 'attached' });
}

/** Tells whether the page has been loaded again since. */
async function markPage(app: OffcutPage): Promise<() => Promise<boolean>> {
  await app.page.evaluate(() => Object.assign(globalThis, { marked: true }));
  return () => app.page.evaluate(() => !('marked' in globalThis));
}

test('a newer version waits for the work to be done, and then takes over', async () => {
  const context = await browser.newContext();
  const app = await OffcutPage.open(context, server.url);
  await app.worksOffline();
  const reloaded = await markPage(app);
  // Seconds of work, so that the newer version comes in the middle of it.
  const batch = await Promise.all((await photos(5)).map((photo) => enlarged(photo, 4000, 3000)));
  await app.add(...batch);
  await app.cards('processing').first().waitFor();
  await deployNewVersion(app);
  const prompt = app.page.getByTestId('notice').filter({ hasText: 'newer version' });
  await prompt.getByRole('button', { name: 'Update when done' }).click();
  expect(await reloaded(), 'in the middle of the work').toBe(false);
  for (const { name } of batch.slice(0, 2)) await app.reaches(name, 'completed');

  await expect.poll(() => reloaded().catch(() => false), { timeout: 60_000 }).toBe(true);
  await app.worksOffline();
  // Nothing was done twice or lost on the way.
  await app.reaches(batch.at(-1)?.name ?? '', 'completed');
  expect(await app.cards().count()).toBe(batch.length);
  expect(
    await app.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting ?? null),
  ).toBe(null);
  await context.close();
});

test('at once when the user says so; another tab is not reloaded under its user’s hands', async () => {
  const context = await browser.newContext();
  const app = await OffcutPage.open(context, server.url);
  await app.worksOffline();
  const other = await OffcutPage.open(context, server.url);
  const [reloaded, otherReloaded] = [await markPage(app), await markPage(other)];
  await deployNewVersion(app);
  await app.page.getByTestId('offline-badge').click();
  await app.page.getByTestId('apply-update').click();
  await expect.poll(() => reloaded().catch(() => false), { timeout: 60_000 }).toBe(true);
  await other.page
    .locator('[data-testid="offline-badge"] [data-state="update"]')
    .waitFor({ state: 'attached' });
  expect(await otherReloaded()).toBe(false);
  await context.close();
});
